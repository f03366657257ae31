import ChipModel

/// How long single operations take a core, by the chip's description: the limits of a roofline (Williams, Waterman
/// and Patterson 2009), with messages in the place of bytes. A core cannot do more operations per second than one each
/// `secondsPerOperation`, nor more than its messages bring: operations per message, over `secondsPerMessage`.
package struct Roofline: JSONRecord {
  package var secondsPerOperation: Double?
  package var secondsPerMessage: Double?
  package var secondsPerUpdate: Double?
  package init() {}

  init(_ work: [CoreWork]) {
    func each(_ names: String...) -> Double? { work.first { names.contains($0.operation) }?.secondsEach }
    secondsPerOperation = each("synapticOperations")
    secondsPerMessage = each("messagesIn")
    secondsPerUpdate = each("neuronUpdates", "neuronVisits")
  }

  package static let fields: [JSONField<Roofline>] = [
    .optional(
      "secondsPerOperation", \.secondsPerOperation, .amount, "a synaptic operation, as this run mixes them", unit: "s",
      null: unknown),
    .optional("secondsPerMessage", \.secondsPerMessage, .amount, "a message in", unit: "s", null: unknown),
    .optional(
      "secondsPerUpdate", \.secondsPerUpdate, .amount, "an update, or a visit where the chip prices no update apart",
      unit: "s",
      null: unknown),
  ]
  private static let unknown = "where the chip lacks the time, or nothing was done"
}
