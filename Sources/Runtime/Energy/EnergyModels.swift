import ChipModel

/// The energy models, in the order in which they are shown. A further model is one line here.
package enum EnergyModels {
  /// - Parameter profile: joules of a spike in the papers' model.
  package static func all(profile: SpikeProfile = .standard) -> [any EnergyModel] {
    [SpikeEnergyModel(profile: profile), OperationEnergyModel(), ChipEnergyModel()]
  }

  package static func named(_ name: String) -> (any EnergyModel)? { all().first { $0.name == name } }
}
