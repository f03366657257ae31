import ChipModel

/// A value change dump (IEEE 1364-2005, clause 18) of a few neurons: a spike wire and a 32-bit potential each.
///
/// A spike is high in the first half of its tick, so that spikes of consecutive ticks can be told apart.
struct ValueChangeDump: Sendable {
  private let tick: Int
  private let count: Int
  private var text: BoundedText
  private var last: [Int32?]

  var dropped: Int { text.dropped }
  var bytes: [UInt8] { text.text }

  /// - Parameter tickNanoseconds: >= 2.
  init(program: CompiledProgram, probes: [NeuronProbe], tickNanoseconds: Int, limit: Int) {
    tick = tickNanoseconds
    count = probes.count
    last = [Int32?](repeating: nil, count: probes.count)
    text = BoundedText(header: "$version nmsim $end\n$timescale 1 ns $end\n$scope module chip $end", limit: limit)
    for (number, population) in program.listed.enumerated() where probes.contains(where: { $0.population == population }) {
      text.add("$scope module \(Self.word(program.populations[population].name, number)) $end")
      for (index, probe) in probes.enumerated() where probe.population == population {
        text.add("$var wire 1 \(Self.code(2 * index)) n\(probe.neuron)_spike $end")
        text.add("$var reg 32 \(Self.code(2 * index + 1)) n\(probe.neuron)_potential $end")
      }
      text.add("$upscope $end")
    }
    text.add("$upscope $end")
    text.add("$enddefinitions $end")
  }

  /// Printable ASCII, `!` to `~`.
  private static func code(_ number: Int) -> String {
    var (rest, code) = (number, "")
    repeat {
      code.unicodeScalars.append(Unicode.Scalar(UInt8(33 + rest % 94)))
      rest = rest / 94 - 1
    } while rest >= 0
    return code
  }

  /// A name as one word of letters, digits and `_`; where that changes it, the number keeps it distinct.
  private static func word(_ name: String, _ number: Int) -> String {
    var result = ""
    for scalar in name.unicodeScalars.prefix(200) {
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      result.unicodeScalars.append(isPlain || scalar == "_" ? scalar : "_")
    }
    let startsPlain = result.unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "_" } ?? false
    return result == name && startsPlain ? result : "p\(number)_\(result)"
  }

  /// One tick.
  mutating func add(time: Int, fired: [Bool], potentials: [Int32]) {
    guard count > 0 else { return }
    let (start, overflow) = time.multipliedReportingOverflow(by: tick)
    guard !overflow else { return }
    var changes: [String] = []
    for index in 0..<count {
      if last[index] != potentials[index] {
        changes.append("b\(Self.bits(potentials[index])) \(Self.code(2 * index + 1))")
      }
      if fired[index] || last[index] == nil { changes.append("\(fired[index] ? 1 : 0)\(Self.code(2 * index))") }
      last[index] = potentials[index]
    }
    if !changes.isEmpty { text.add((["#\(start)"] + changes).joined(separator: "\n")) }
    let falls = (0..<count).filter { fired[$0] }.map { "0\(Self.code(2 * $0))" }
    if !falls.isEmpty { text.add((["#\(start + tick / 2)"] + falls).joined(separator: "\n")) }
  }

  /// Two's complement; without leading zeros, which a reader adds.
  private static func bits(_ value: Int32) -> String { String(UInt32(bitPattern: value), radix: 2) }
}
