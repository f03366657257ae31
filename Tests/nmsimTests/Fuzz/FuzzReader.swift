import ChipModel

@testable import nmsim

/// What a reader made of one input.
enum FuzzOutcome: Equatable, Sendable {
  case accepted
  case refused
  /// The reader survived, but did what it must not: the words say what.
  case wrong(String)

  /// The outcome of a thrown error: its text must be one line.
  static func refusal(_ error: any Error) -> FuzzOutcome {
    let text = "\(error)"
    if text.isEmpty { return .wrong("an error without text") }
    if text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) { return .wrong("an error of several lines: \(text)") }
    return .refused
  }
}

/// How inputs of one kind are made: valid files, and what is changed in them.
struct FuzzShape: Sendable {
  /// What the mutator knows about the bytes.
  enum Form: Sendable { case binary, text, json, protobuf }

  var form: Form
  /// Small valid files, each accepted as it is.
  var seeds: [[UInt8]]
  /// Words of the format, put in where a mutation inserts something.
  var tokens: [String] = []
  /// Makes lengths and checksums right again after a mutation, so that the decoder behind them is reached.
  var mended: (@Sendable ([UInt8]) -> [UInt8])?
}

/// A reader of untrusted bytes, and how it is tested.
struct FuzzReader: Sendable {
  /// As `Tests/Scripts/fuzz` names it.
  let name: String
  /// One of them is chosen for each input. Made on demand: a search needs those of one reader.
  let shapes: @Sendable () -> [FuzzShape]
  /// Reads an input, and takes what is accepted one stage further where that is cheap.
  let read: @Sendable ([UInt8]) -> FuzzOutcome

  /// Largest input, bytes. The memory bound is for inputs up to this size.
  static let maximumInput = 1 << 16

  init(
    _ name: String, _ shapes: @autoclosure @escaping @Sendable () -> [FuzzShape],
    read: @escaping @Sendable ([UInt8]) throws -> FuzzOutcome
  ) {
    self.name = name
    self.shapes = shapes
    self.read = { bytes in
      do { return try read(bytes) } catch { return FuzzOutcome.refusal(error) }
    }
  }
}

/// The inputs of one reader for a seed, by number.
struct FuzzInputs: Sendable {
  let shapes: [FuzzShape]
  /// The valid files of all shapes: the first inputs, as they are.
  let seeds: [[UInt8]]
  private let start: UInt64

  init(_ reader: FuzzReader, seed: UInt64) {
    shapes = reader.shapes()
    seeds = shapes.flatMap { shape in shape.seeds.map { shape.mended?($0) ?? $0 } }
    start = reader.name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  /// The input of a number: always the same for the same reader, seed and number.
  subscript(number: Int) -> [UInt8] {
    if seeds.indices.contains(number) { return seeds[number] }
    var random = SeededGenerator(seed: start &+ UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15)
    // One more step, so that neighbouring numbers share no part of the sequence.
    random = SeededGenerator(seed: random.next())
    let shape = shapes[Int.random(in: shapes.indices, using: &random)]
    var mutator = FuzzMutator(shape: shape, random: random)
    let bytes = mutator.input()
    return bytes.count <= FuzzReader.maximumInput ? bytes : Array(bytes.prefix(FuzzReader.maximumInput))
  }
}
