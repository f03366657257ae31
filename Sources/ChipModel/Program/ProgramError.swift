/// Why bytes are not a compiled program, or a program cannot be run. The file's name is not part of it: whoever opened
/// the file adds it.
package enum ProgramError: Error, Sendable, Equatable, CustomStringConvertible {
  case empty
  case notAProgram
  case otherVersion(found: Int, supported: Int)
  /// The file ends before the length that it states; nil where it ends before that.
  case truncated(bytes: Int, expected: UInt64?)
  case trailing(bytes: Int)
  case checksum
  /// The checksum is right but the content is not what this version writes.
  case malformed(FormatError)
  case chip(ChipError)
  /// A program as calibration makes them in memory: in a file its neurons would be bounded by nothing.
  case noCores
  case invalid(ProgramPlace, ProgramFault)

  /// One line: what, where, the value, the limit, what to do.
  package var description: String {
    switch self {
    case .empty: "is empty; compile the network again"
    case .notAProgram: "is not a compiled program; give a file that 'nmsim compile' wrote"
    case .otherVersion(let found, let supported):
      "is a program of format version \(found), this nmsim reads version \(supported); "
        + (found < supported ? "" : "use the nmsim that compiled it, or ") + "compile the network again"
    case .truncated(let bytes, let expected):
      "is cut off: it has \(bytes) bytes" + (expected.map { " of \($0)" } ?? "")
        + "; copy it again or compile the network again"
    case .trailing(let bytes):
      "goes on after its end (trailing bytes: \(bytes)); copy it again or compile the network again"
    case .checksum: "is damaged: its checksum does not match; copy it again or compile the network again"
    case .malformed(let error): "is not a program of this version: \(error); compile the network again"
    case .chip(let error): "\(error); compile the network again"
    case .noCores: "holds no cores, so it was not compiled for a chip; compile the network again"
    case .invalid(let place, let fault): "\(place)\(fault); compile the network again"
    }
  }
}

/// What in a program a fault is about.
package enum ProgramPlace: Sendable, Equatable, CustomStringConvertible {
  case program
  case population(Int, String)
  case projection(Int, String)
  case output
  case core(Int)
  case group(core: Int, group: Int)
  case block(core: Int, block: Int)
  case route(Int)

  /// Begins a message; empty for the program as a whole.
  package var description: String {
    switch self {
    case .program: ""
    case .population(let index, let name): "population \(index) (\(quotedForMessage(name))): "
    case .projection(let index, let name): "projection \(index) (\(quotedForMessage(name))): "
    case .output: "output: "
    case .core(let index): "core \(index): "
    case .group(let core, let group): "core \(core), group \(group): "
    case .block(let core, let block): "core \(core), synapse block \(block): "
    case .route(let index): "route \(index): "
    }
  }
}

/// What is wrong there.
package enum ProgramFault: Sendable, Equatable, CustomStringConvertible {
  case range(what: String, value: Int, low: Int, high: Int)
  /// A number of elements that is not one of the counts it may be.
  case count(what: String, count: Int, expected: [Int])
  case shape(what: String, shape: [Int], expected: [Int])
  case weights(shape: [Int], kind: String, expected: [Int])
  case number(what: String, value: Double, expected: String)
  /// A copy on a core that is not what the program's population or projection has.
  case differs(what: String, from: String)
  /// A rule broken, spelled out.
  case rule(String)

  package var description: String {
    switch self {
    case .range(let what, let value, let low, let high):
      high < low ? "\(what) is \(value), there are none" : "\(what) is \(value), allowed is \(low) to \(high)"
    case .count(let what, let count, let expected):
      "\(what) has \(count) values, expected \(ProgramFault.list(expected))"
    case .shape(let what, let shape, let expected):
      "\(what) has shape \(ShapeText.of(shape)), expected \(ShapeText.of(expected))"
    case .weights(let shape, let kind, let expected):
      "weight tensor \(ShapeText.of(shape)) does not fit a \(kind) of \(ShapeText.of(expected))"
    case .number(let what, let value, let expected): "\(what) is \(value), expected \(expected)"
    case .differs(let what, let from): "\(what) is not that of \(from)"
    case .rule(let text): text
    }
  }

  private static func list(_ counts: [Int]) -> String {
    var seen: [Int] = []
    for count in counts where !seen.contains(count) { seen.append(count) }
    return seen.map(String.init).joined(separator: " or ")
  }
}
