import ChipModel

@testable import nmsim

/// Changes of a JSON text's tree, so that the text stays JSON and the format's own reader is reached.
extension FuzzMutator {
  /// Nil where the seed is not JSON.
  mutating func mutatedJSON(_ seed: [UInt8]) -> [UInt8]? {
    guard let value = try? JSONParser.parse(seed, options: .commented) else { return nil }
    var tree = JSONOutput(value)
    for _ in 0..<(1 + pick(3)) {
      var place = pick(Self.count(tree))
      tree = changed(tree, at: &place)
    }
    return try? JSONWriter.bytes(of: tree, style: chance(4) ? .indented : .compact)
  }

  /// Number of values in the tree.
  private static func count(_ tree: JSONOutput) -> Int {
    switch tree {
    case .array(let elements): elements.reduce(1) { $0 + count($1) }
    case .object(let members): members.reduce(1) { $0 + count($1.1) }
    default: 1
    }
  }

  /// The tree with the value of number `place`, in reading order, changed.
  private mutating func changed(_ tree: JSONOutput, at place: inout Int) -> JSONOutput {
    if place == 0 {
      place = -1
      return replacement(of: tree)
    }
    place -= 1
    switch tree {
    case .array(var elements):
      for index in elements.indices where place >= 0 { elements[index] = changed(elements[index], at: &place) }
      return .array(elements)
    case .object(var members):
      for index in members.indices where place >= 0 { members[index].1 = changed(members[index].1, at: &place) }
      return .object(members)
    default: return tree
    }
  }

  private mutating func replacement(of value: JSONOutput) -> JSONOutput {
    if chance(6) { return scalar() }
    switch value {
    case .array(var elements):
      guard !elements.isEmpty, !chance(6) else { return .array(elements + [scalar()]) }
      let index = pick(elements.count)
      switch pick(5) {
      case 0: elements.remove(at: index)
      case 1: elements.insert(elements[index], at: pick(elements.count))
      case 2: elements.swapAt(index, pick(elements.count))
      case 3: elements[index] = replacement(of: elements[index])
      default: elements = Array(repeatElement(elements[index], count: choose([2, 3, 100, 2000])))
      }
      return .array(elements)
    case .object(var members):
      guard !members.isEmpty, !chance(6) else { return .object(members + [(text(), scalar())]) }
      let index = pick(members.count)
      switch pick(5) {
      case 0: members.remove(at: index)
      case 1: members[index].0 = text()
      case 2: members[index].1 = members[pick(members.count)].1
      case 3: members.append((text(), members[index].1))
      default: members[index].1 = replacement(of: members[index].1)
      }
      return .object(members)
    case .int(let number):
      switch pick(4) {
      case 0: return .int(number &+ choose([1, -1, 2]))
      case 1: return .int(number &* choose([2, -1, 1000]))
      default: return number == 0 && chance(2) ? .double(-0.0) : .int(Int(truncatingIfNeeded: choose(Self.integers)))
      }
    case .double(let number):
      switch pick(3) {
      case 0: return .double(-number)
      case 1: return .double((number * 1e6).isFinite ? number * 1e6 : 0)
      default: return .double(choose([0, 0x1p-1070, 1e308, -1e308, 0.5, 1e18, 4294967296.5]))
      }
    case .string(let old): return .string(chance(3) ? old + choose(Self.texts) : text())
    case .bool(let flag): return .bool(!flag)
    case .null: return scalar()
    }
  }

  private mutating func text() -> String {
    chance(3) || shape.tokens.isEmpty ? choose(Self.texts) : choose(shape.tokens)
  }

  private mutating func scalar() -> JSONOutput {
    switch pick(8) {
    case 0: return .null
    case 1: return .bool(chance(2))
    case 2, 3: return .int(Int(truncatingIfNeeded: choose(Self.integers)))
    case 4: return .double(choose([0.5, -1.5, 1e308, 0x1p-1074, 1e-9, -0.0]))
    case 5: return .string(text())
    case 6: return .array([])
    default:
      var nest = JSONOutput.int(1)
      for _ in 0..<choose([1, 2, 62, 70]) { nest = chance(2) ? .array([nest]) : .object([("a", nest)]) }
      return nest
    }
  }
}
