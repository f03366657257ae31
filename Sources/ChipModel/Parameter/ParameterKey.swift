/// A Swift type that a parameter's values have.
package protocol ParameterType: Sendable, Equatable {
  init?(_ value: ParameterValue)
  var parameterValue: ParameterValue { get }
}

extension Int: ParameterType {
  package init?(_ value: ParameterValue) {
    guard case .integer(let value) = value else { return nil }
    self = value
  }
  package var parameterValue: ParameterValue { .integer(self) }
}

extension Double: ParameterType {
  package init?(_ value: ParameterValue) {
    guard case .number(let value) = value else { return nil }
    self = value
  }
  package var parameterValue: ParameterValue { .number(self) }
}

extension Bool: ParameterType {
  package init?(_ value: ParameterValue) {
    guard case .flag(let value) = value else { return nil }
    self = value
  }
  package var parameterValue: ParameterValue { .flag(self) }
}

/// A parameter whose values are the names of an enum.
package protocol ParameterChoice: ParameterType, RawRepresentable<String>, CaseIterable {}

extension ParameterChoice {
  package init?(_ value: ParameterValue) {
    guard case .choice(let name) = value else { return nil }
    self.init(rawValue: name)
  }
  package var parameterValue: ParameterValue { .choice(rawValue) }
}

extension Parameter.Kind {
  /// The names of an enum.
  package static func choice<Choice: ParameterChoice>(of type: Choice.Type) -> Parameter.Kind {
    .choice(Choice.allCases.map(\.rawValue))
  }
}

/// A parameter together with the type of its values, for code that reads it. Names stand in extensions:
/// `extension ParameterKey<Int> { static var period: Self { ... } }`, used as `values[.period]`.
public struct ParameterKey<Value: Sendable>: Sendable {
  /// What a method lists among its parameters.
  public let parameter: Parameter
  /// The value that a parameter's value stands for; nil: it is of another type.
  package let value: @Sendable (ParameterValue) -> Value?
  package let parameterValue: @Sendable (Value) -> ParameterValue
}

extension ParameterKey where Value: ParameterType {
  package init(_ parameter: Parameter) {
    self.init(parameter: parameter, value: { Value($0) }, parameterValue: { $0.parameterValue })
  }
}

extension ParameterKey<Int> {
  /// A parameter of whole numbers.
  /// - Parameters:
  ///   - key: its name in files: `maxCount`.
  ///   - range: what is allowed.
  ///   - standard: what holds where it is not given.
  ///   - help: one line, beginning with a capital letter.
  public init(_ key: String, in range: ClosedRange<Int>, standard: Int, _ help: String) {
    self.init(Parameter(key, .integer(range), standard: .integer(standard), help))
  }
}

extension ParameterKey<Double> {
  /// A parameter of real numbers.
  /// - Parameters:
  ///   - key: its name in files: `alpha`.
  ///   - range: what is allowed; both ends are.
  ///   - standard: what holds where it is not given.
  ///   - help: one line, beginning with a capital letter.
  public init(_ key: String, in range: ClosedRange<Double>, standard: Double, _ help: String) {
    let kind = Parameter.Kind.number(NumberRange(lower: range.lowerBound, upper: range.upperBound))
    self.init(Parameter(key, kind, standard: .number(standard), help))
  }
}

/// Values that were given, by parameter. Their order is that of the list of parameters that they are asked with.
package struct ParameterValues: Sendable, Hashable {
  private var values: [String: ParameterValue] = [:]

  package init() {}

  package var isEmpty: Bool { values.isEmpty }

  /// Nil: not given.
  package subscript(value parameter: Parameter) -> ParameterValue? {
    get { values[parameter.key] }
    set { values[parameter.key] = newValue }
  }

  package subscript<Value>(key: ParameterKey<Value>) -> Value? {
    get { self[value: key.parameter].flatMap(key.value) }
    set { self[value: key.parameter] = newValue.map(key.parameterValue) }
  }

  /// The same with one more value.
  package func with<Value>(_ key: ParameterKey<Value>, _ value: Value?) -> ParameterValues {
    var changed = self
    changed[key] = value
    return changed
  }

  /// One value.
  package static func with<Value>(_ key: ParameterKey<Value>, _ value: Value?) -> ParameterValues {
    ParameterValues().with(key, value)
  }

  /// What may be wrong with values, given who takes which.
  package enum Fault: Sendable {
    /// The key of a parameter that is not taken.
    case foreign(String)
    case missing(Parameter)
    case range(Parameter, ParameterValue)
  }

  /// The first fault for a model that takes these parameters: foreign ones, then missing ones, then ranges.
  package func fault(taking parameters: [Parameter]) -> Fault? {
    let foreign = values.keys.filter { key in !parameters.contains { $0.key == key } }.min()
    if let foreign { return .foreign(foreign) }
    if let missing = parameters.first(where: { $0.isRequired && values[$0.key] == nil }) { return .missing(missing) }
    for parameter in parameters {
      if let value = values[parameter.key], !parameter.allows(value) { return .range(parameter, value) }
    }
    return nil
  }
}
