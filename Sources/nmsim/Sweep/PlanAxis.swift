import ChipModel
import Compiler

/// An axis of a plan that changes how networks are compiled: how it is listed, applied and shown.
///
/// Plans, points, their names and documents iterate over ``all``; a new axis is a line of it and the option that it sets.
struct PlanAxis: Sendable {
  /// Key in a plan, of one value or several; `null` is what holds without it.
  let list: String
  /// Its key is that of a point.
  let parameter: Parameter
  /// What a person calls a value.
  let label: @Sendable (ParameterValue) -> String
  let apply: @Sendable (ParameterValue, inout CompileOptions) -> Void

  /// The outermost first. Points are run in this order.
  static let all: [PlanAxis] = {
    let numbers: [(letter: String, number: ChipNumber)] = [
      ("w", .weightBits), ("v", .membraneBits), ("f", .fractionBits),
    ]
    var axes = numbers.compactMap { letter, number in
      number.parameter.map { parameter in
        PlanAxis(
          list: number.rawValue, parameter: parameter, label: { letter + $0.text },
          apply: { value, options in options.numbers[number] = Int(value) })
      }
    }
    axes.append(
      PlanAxis(
        list: "scales", parameter: .scale, label: { $0.text },
        apply: { value, options in options.scale = CompileOptions.Scale(value) }))
    return axes
  }()

  /// A value for each axis; nil: what holds without it.
  typealias Values = [ParameterValue?]

  /// Every combination of values, the last axis changing fastest.
  static func combinations(_ lists: [Values]) -> [Values] {
    lists.reduce([[]]) { found, list in found.flatMap { start in list.map { start + [$0] } } }
  }
}
