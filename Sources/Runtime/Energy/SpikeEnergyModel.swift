import ChipModel

/// The papers' energy model: every spike costs alpha, whatever it reaches.
///
/// Ding et al. 2021, equation 14, after Cao et al. 2015: `P = spikes per step / step time * alpha`, and its integral.
package struct SpikeEnergyModel: BuiltInEnergyModel {
  package var profile: SpikeProfile

  package init(profile: SpikeProfile) { self.profile = profile }

  package let name = "spike"
  package let title = "Spike model"
  package let source = "Ding et al. 2021, equation 14"
  package let formula = "joules = spikes x joules a spike"
  package let leavesOut = "synapses, routing, memory, host input encoding, static power"

  package func account(of run: CountedRun) -> EnergyAccount { energy(run).account(samples: run.samples) }

  package func put(_ run: CountedRun, into energy: inout RunResult.Energy) { energy.spike = self.energy(run) }

  private func energy(_ run: CountedRun) -> SpikeEnergy {
    var spikes = [Int](repeating: 0, count: run.steps)
    for (population, model) in zip(run.record.counters.spikesByStep, run.program.populations.map(\.model))
    where !model.isInput {
      for step in population.indices { spikes[step] +|= population[step] }
    }
    return energy(spikesByStep: spikes, samples: run.samples, target: run.target, accuracyByStep: run.accuracyByStep)
  }

  /// - Parameters:
  ///   - spikesByStep: spikes of all populations in each step, summed over samples.
  ///   - samples: that the sums are of.
  ///   - target: accuracy asked for, a fraction of 1.
  ///   - accuracyByStep: nil without labels.
  package func energy(
    spikesByStep: [Int], samples: Int, target: Double, accuracyByStep: [Double]?
  ) -> SpikeEnergy {
    func joules(_ spikes: some Sequence<Int>) -> Double {
      samples == 0 ? 0 : Double(spikes.sum) * profile.joulesPerSpike.value / Double(samples)
    }
    var energy = SpikeEnergy()
    energy.profile = profile.name
    energy.joulesPerSpike = profile.joulesPerSpike.value
    energy.spikesByStep = spikesByStep
    let all = joules(spikesByStep)
    energy.joulesPerInference = all
    energy.watts = spikesByStep.isEmpty ? 0 : all / (Double(spikesByStep.count) * SpikeProfile.stepSeconds)
    energy.target = target
    energy.stepsToTarget = RunResult.steps(to: target, accuracyByStep)
    energy.joulesToTarget = energy.stepsToTarget.map { joules(spikesByStep.prefix($0)) }
    energy.source = profile.joulesPerSpike.provenance
    return energy
  }
}

/// The account of the papers' model.
package struct SpikeEnergy: JSONRecord {
  package var profile: String?
  package var joulesPerSpike: Double?
  package var spikesByStep: [Int]?
  package var joulesPerInference: Double?
  package var watts: Double?
  package var target: Double?
  package var stepsToTarget: Int?
  package var joulesToTarget: Double?
  package var source: String?
  package init() {}

  func account(samples: Int) -> EnergyAccount {
    let count = spikesByStep?.sum ?? 0
    let item = EnergyItem(
      unit: "neuron", action: "spike", count: count, joulesEach: joulesPerSpike, source: source)
    return EnergyAccount(name: "spike", source: source, items: [item], joulesPerInference: joulesPerInference)
  }

  package static let fields: [JSONField<SpikeEnergy>] = [
    .optional("profile", \.profile, .text, "name of the price of a spike"),
    .optional("joulesPerSpike", \.joulesPerSpike, .amount, "price of a spike", unit: "J"),
    .optional("spikesByStep", \.spikesByStep, .counts(of: "T"), "spikes of all populations by step, over all samples"),
    .optional("joulesPerInference", \.joulesPerInference, .amount, "spikes of a sample times the price", unit: "J"),
    .optional("watts", \.watts, .amount, "mean power at 1 ms a step", unit: "W"),
    .optional("target", \.target, .fraction, "accuracy up to which energy is counted"),
    .optional(
      "stepsToTarget", \.stepsToTarget, .step(of: "T"), "first step from which the accuracy stays at the target",
      null: "where it does not end there"),
    .optional(
      "joulesToTarget", \.joulesToTarget, .amount, "of a sample up to that step", unit: "J",
      null: "where the accuracy does not end there"),
    .optional("source", \.source, .text, "where the price comes from, and how certain it is"),
  ]
}
