import ChipModel

/// What became of one parameter of a node.
package struct NIRParameter: Sendable, Equatable {
  package var node = ""
  /// `LIF`, `CubaLIF` and so on.
  package var type = ""
  /// As the file names it.
  package var name = ""
  /// Of the file, from the lowest to the highest.
  package var lowest = 0.0
  package var highest = 0.0
  /// What it is in a step, in words: `1 - exp(-dt / tau)`.
  package var rule = ""
  /// Its key in `net.json`.
  package var key = ""
  /// In a step, as the rule has it, and as nmsim stores it. Of several neurons the lowest.
  package var value = 0.0
  package var stored = 0.0
  /// Largest difference between the two, over the value.
  package var error = 0.0

  package init() {}

  init(
    node: String, type: String, name: String, lowest: Double, highest: Double, rule: String, key: String, value: Double,
    stored: Double, error: Double = 0
  ) {
    (self.node, self.type, self.name, self.lowest, self.highest) = (node, type, name, lowest, highest)
    (self.rule, self.key, self.value, self.stored, self.error) = (rule, key, value, stored, error)
  }
}

extension NIRParameter: JSONRecord {
  package static let fields: [JSONField<NIRParameter>] = [
    .required("node", \.node, .text, "the node"),
    .required("type", \.type, .text, "its type"),
    .required("name", \.name, .text, "the parameter as the file names it"),
    .required("lowest", \.lowest, .number, "its lowest value in the file"),
    .required("highest", \.highest, .number, "its highest value in the file"),
    .required("rule", \.rule, .text, "what a step makes of it"),
    .required("key", \.key, .text, "what it is in `net.json`"),
    .required("value", \.value, .number, "what the rule gives; of several neurons the lowest"),
    .required("stored", \.stored, .number, "the same as nmsim stores it"),
    .required("error", \.error, .number, "largest difference between the two, over the value"),
  ]
}
