import ChipModel
import Compiler

extension OptionSpec {
  /// The option of a declared parameter.
  ///
  /// - Parameters:
  ///   - owners: names of what takes it, before the help; empty where nearly everything does.
  ///   - standards: what holds without it where that depends on the owner, as `rmp 0.8`.
  init(_ parameter: Parameter, group: String, owners: [String] = [], standards: [String] = []) {
    let (value, placeholder): (ValueKind?, String) =
      switch parameter.kind {
      case .integer(let range): (.integer(range), "N")
      case .number(.fraction): (.fraction, "FRACTION")
      case .number(let range): (.number(range), "X")
      case .choice(let names): (.choice(names), names.joined(separator: "|"))
      case .choiceOrNumber(let names, let range): (.choiceOrNumber(names, range), names.joined(separator: "|") + "|NUMBER")
      case .list(let names): (.list(names), "LIST")
      case .flag: (nil, "")
      }
    var standard = parameter.standard?.text ?? parameter.standardText
    if case .flag = parameter.kind { standard = nil }
    if !standards.isEmpty { standard = standards.joined(separator: ", ") }
    self.init(
      name: parameter.option, short: nil, value: value, placeholder: placeholder,
      standard: standard.map { .described($0) },
      help: owners.isEmpty
        ? parameter.help
        : owners.joined(separator: ", ") + ": " + parameter.help.prefix(1).lowercased() + parameter.help.dropFirst(),
      group: group)
  }

  /// What holds without it where that depends on the method: `rmp 0.8`, and `else 1` for what holds for most.
  private static func standards(of parameter: Parameter, _ owners: [ConversionMethod]) -> [String] {
    let standards = owners.compactMap { owner in
      owner.declared(parameter)?.standard.map { (name: owner.name, value: $0.text) }
    }
    let values = Set(standards.map(\.value))
    guard values.count > 1 else { return [] }
    let usual = values.first { value in standards.count { $0.value == value } > max(2, standards.count / 2) }
    return standards.filter { $0.value != usual }.map { "\($0.name) \($0.value)" } + (usual.map { ["else \($0)"] } ?? [])
  }

  /// Methods that find a threshold for each layer or channel, and take what corrects it.
  static let thresholdMethods = ConversionMethod.taking(.alpha).map(\.name)

  /// The options of the conversion methods.
  static func conversion(group: String) -> [OptionSpec] {
    ConversionMethod.parameters.map { parameter in
      if Parameter.common.contains(parameter) { return OptionSpec(parameter, group: group) }
      let owners = ConversionMethod.taking(parameter)
      return OptionSpec(
        owners.first?.declared(parameter) ?? parameter, group: group,
        owners: owners.map(\.name) == thresholdMethods ? ["threshold methods"] : owners.map(\.name),
        standards: standards(of: parameter, owners))
    }
  }
}

extension OptionSpec {
  /// A parameter, given by its key, as the command line has it.
  static func spelled(_ key: String) -> String {
    "--" + (ConversionMethod.parameters.first { $0.key == key }?.option ?? Parameter.option(for: key))
  }
}

extension NamesParameters {
  /// The text with parameters as the command line has them.
  var commandText: String {
    text(spell: OptionSpec.spelled)
  }
}

extension ConversionSettings {
  /// Reads the options of a method.
  init(_ method: ConversionMethod, _ arguments: ParsedArguments) {
    self.init(method)
    for parameter in ConversionMethod.parameters where arguments.isGiven(parameter.option) {
      self[value: parameter] = arguments.value(of: parameter)
    }
    seed = UInt64(clamping: arguments.int("seed") ?? 0)
  }

  /// The options that were given, without dashes: `alpha 0.8`, `reset hard`, `literal`.
  var givenOptions: [String] {
    given.map { parameter, value in
      if case .flag = value { parameter.option } else { "\(parameter.option) \(value.text)" }
    }
  }
}

extension ParsedArguments {
  /// Numbers of the chip that the command line overrides.
  var chipNumbers: [ChipNumber: Int] {
    ChipNumber.overridable.reduce(into: [:]) { $0[$1] = int(Parameter.option(for: $1.rawValue)) }
  }

  func value(of parameter: Parameter) -> ParameterValue? {
    switch parameter.kind {
    case .integer: int(parameter.option).map { .integer($0) }
    case .number: double(parameter.option).map { .number($0) }
    case .choice, .list: string(parameter.option).map { .choice($0) }
    case .choiceOrNumber(let names, _):
      string(parameter.option).flatMap { text in names.contains(text) ? .choice(text) : Double(text).map { .number($0) } }
    case .flag: .flag(parameter.standard != .flag(true))
    }
  }
}
