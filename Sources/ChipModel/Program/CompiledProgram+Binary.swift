/// The `.nmsim` file: magic, version, the program little endian, and the SHA-256 of everything before it.
///
/// Counts stand before arrays; the chip is embedded as its canonical JSON, so that a program needs no other file; weights
/// stand once however many cores use them.
extension CompiledProgram {
  static let magic = Array("NMSIMPRG".utf8)
  static let version: UInt32 = 1

  /// Whether a file's bytes begin as a program's do.
  public static func isProgram(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// The program as a file's bytes. The same program gives the same bytes.
  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.append(raw: CompiledProgram.magic)
    writer.append(CompiledProgram.version)
    network.encode(&writer)
    writer.append(array: chip.canonicalJSON())
    writer.append(schedule.rawValue)
    writer.append(fractionBits)
    writer.append(weightBits)
    writer.append(membraneBits)
    writer.append(each: populations) { $1.encode(&$0) }
    writer.append(each: projections) { $1.encode(&$0) }
    writer.append(each: weights) { $1.encode(&$0) }
    writer.append(output.population)
    writer.append(output.readout.rawValue)
    writer.append(each: cores) { $1.encode(&$0) }
    writer.append(each: routes) { $1.encode(&$0) }
    writer.append(raw: SHA256.hash(of: writer.bytes))
    return writer.bytes
  }

  /// Reads a program and checks all of it.
  ///
  /// - Throws: ``ProgramError``: not a program, another version, damaged, or a program that breaks an invariant.
  public init(decoding bytes: [UInt8]) throws(ProgramError) {
    let head = CompiledProgram.magic.count
    guard bytes.count >= head, Array(bytes.prefix(head)) == CompiledProgram.magic else {
      throw bytes.count < head && CompiledProgram.magic.starts(with: bytes) ? .truncated : .notAProgram
    }
    var versionReader = ByteReader(bytes, range: head..<bytes.count)
    guard let version = try? versionReader.number(UInt32.self) else { throw .truncated }
    guard version == CompiledProgram.version else { throw .version(version) }
    let body = bytes.count - 32
    guard body >= head + 4 else { throw .truncated }
    guard SHA256.hash(of: Array(bytes[..<body])) == Array(bytes[body...]) else { throw .damaged }
    var reader = ByteReader(bytes, range: (head + 4)..<body)
    do throws(ByteReader.Failure) {
      let chipText: [UInt8]
      network = try ProgramNetwork(&reader)
      chipText = try reader.array(UInt8.self)
      do throws(ChipError) {
        chip = try ChipDescription(json: chipText, file: "chip of the program")
      } catch {
        throw .value("\(error)")
      }
      schedule = try reader.member(Schedule.self, "schedule")
      fractionBits = try reader.int()
      weightBits = try reader.int()
      membraneBits = try reader.int()
      populations = try reader.each { (r) throws(ByteReader.Failure) in try Population(&r) }
      projections = try reader.each { (r) throws(ByteReader.Failure) in try Projection(&r) }
      weights = try reader.each { (r) throws(ByteReader.Failure) in try WeightTensor(&r) }
      output = ProgramOutput(
        population: try reader.int(), readout: try reader.member(ProgramOutput.Readout.self, "readout"))
      cores = try reader.each { (r) throws(ByteReader.Failure) in try CoreImage(&r) }
      routes = try reader.each { (r) throws(ByteReader.Failure) in try Route(&r) }
      guard reader.isAtEnd else { throw .value("bytes after the last route") }
    } catch {
      switch error {
      case .ends: throw .malformed("it ends before its contents do")
      case .value(let text): throw .malformed(text)
      }
    }
    try check()
  }
}

/// Why a file is not a program that can run.
public enum ProgramError: Error, Sendable, Equatable, CustomStringConvertible {
  case notAProgram
  case truncated
  case version(UInt32)
  case damaged
  case malformed(String)
  /// An invariant that the compiler keeps is broken: what, where.
  case invariant(String)

  public var description: String {
    switch self {
    case .notAProgram: "not a compiled program; make one with 'nmsim compile net.json'"
    case .truncated: "the program is cut off; compile the network again"
    case .version(let found):
      "program format \(found), this nmsim reads \(CompiledProgram.version); compile the network again"
    case .damaged: "the program is damaged (its checksum does not match); compile the network again"
    case .malformed(let what): "the program is malformed: \(what); compile the network again"
    case .invariant(let what): "the program is inconsistent: \(what); compile the network again"
    }
  }
}

extension ByteReader {
  /// A value of an enumeration with numbers.
  mutating func member<E: RawRepresentable>(_ type: E.Type, _ what: String) throws(Failure) -> E
  where E.RawValue == UInt8 {
    let raw = try number(UInt8.self)
    guard let value = E(rawValue: raw) else { throw .value("unknown \(what) \(raw)") }
    return value
  }

  mutating func range() throws(Failure) -> Range<Int> {
    let low = try int()
    let high = try int()
    guard low <= high else { throw .value("a range that ends before it starts") }
    return low..<high
  }
}

extension ByteWriter {
  mutating func append(_ range: Range<Int>) {
    append(range.lowerBound)
    append(range.upperBound)
  }
}
