import ChipModel
import Compiler

/// What `convert --json` writes of a NIR graph: what became of its parameters.
struct NIRRecord: JSONDocument {
  static let format = "nmsim-nir/1"
  static let kind = (name: "an account of a NIR graph", writer: "nmsim convert --json")

  var network = ""
  var version: String?
  var dt = 0.0
  var parameters: [NIRParameter] = []
  var notes: [String] = []

  init() {}

  init(_ made: NIRNetwork, dt: Double) {
    network = made.network.name
    version = made.graph.version
    self.dt = dt
    parameters = made.parameters
    notes = made.notes
  }

  static let fields: [JSONField<NIRRecord>] = [
    .required("network", \.network, .text, "name of the network"),
    .optional(
      "version", \.version, .text, "version of the package that wrote the file", absent: "where the file does not say"),
    .required("dt", \.dt, .number, "length of a step", unit: "s"),
    .required("parameters", \.parameters, .objects(), "one entry per parameter of a neuron"),
    .member("notes", \.notes, .texts, "what else there is to know"),
  ]
}
