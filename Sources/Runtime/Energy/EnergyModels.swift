import ChipModel

/// The energy models, in the order in which they are shown. A further model is one line here.
package enum EnergyModels {
  /// - Parameter profile: joules of a spike in the papers' model.
  package static func all(profile: SpikeProfile = .standard) -> [any EnergyModel] {
    [SpikeEnergyModel(profile: profile), OperationEnergyModel(), LemaireEnergyModel(), QuantisedTwinModel(), ChipEnergyModel()]
  }

  package static func named(_ name: String) -> (any EnergyModel)? { all().first { $0.name == name } }

  /// A member for each model in a record that has joules of an inference by the name of the model.
  package static func fields<Record>(
    _ joules: (_ model: String) -> WritableKeyPath<Record, Double?> & Sendable
  ) -> [JSONField<Record>] {
    all().map { model in
      .optional(
        "\(model.name)Joules", joules(model.name), .amount,
        "an inference by the \(model.title.lowercased())", unit: "J", null: "where nothing has a price")
    }
  }
}

extension RunResult {
  /// Of an inference, by the name of the energy model.
  package var joulesByModel: [String: Double] {
    accounts.reduce(into: [:]) { $0[$1.name] = $1.joulesPerInference }
  }
}
