/// The free parameter of the papers' energy model: joules for one spike.
///
/// Ding et al. 2021 ("Optimal ANN-SNN Conversion for Fast and Accurate Inference in Deep Spiking Neural Networks"),
/// equation 14, after Cao et al. 2015: `P = total spikes / 1e-3 * alpha` watts with 1 ms steps, so the integral over
/// an inference is `spikes * alpha` joules. The papers leave alpha free; here it is a named profile. Input current
/// costs nothing in this model.
package struct SpikeProfile: Sendable, Equatable {
  package var name: String
  package var title: String
  /// Alpha.
  package var joulesPerSpike: Sourced<Double>

  package init(name: String, title: String, joulesPerSpike: Sourced<Double>) {
    self.name = name
    self.title = title
    self.joulesPerSpike = joulesPerSpike
  }

  /// Seconds of one step in the papers' model.
  package static let stepSeconds = 1e-3

  /// Used unless another is asked for.
  package static let standard = SpikeProfile(
    name: "merolla2011", title: "digital core in 45 nm, active energy per spike",
    joulesPerSpike: Sourced(
      45e-12,
      source: "P. Merolla et al., A digital neurosynaptic core using embedded crossbar memory with 45 pJ per spike in "
        + "45 nm, CICC 2011, abstract",
      certainty: .read))

  /// All built-in profiles, `standard` first.
  package static let builtIn: [SpikeProfile] = [
    standard,
    SpikeProfile(
      name: "cao2015-alpha1", title: "alpha = 1 J: energies in units of alpha, for ratios only",
      joulesPerSpike: Sourced(
        1,
        source: "Y. Cao, Y. Chen, D. Khosla, Spiking deep convolutional neural networks for energy-efficient object "
          + "recognition, IJCV 113(1), 2015: alpha left free",
        certainty: .recalled)),
    SpikeProfile(
      name: "truenorth", title: "TrueNorth: 26 pJ a synaptic event, 128 synapses a spike, static power included",
      joulesPerSpike: Sourced(
        3.328e-9,
        source: "P. Merolla et al., A million spiking-neuron integrated circuit, Science 345, 2014: 26 pJ per synaptic "
          + "event at 20 Hz and 128 active synapses a neuron",
        certainty: .recalled)),
    SpikeProfile(
      name: "loihi-sanafe", title: "Loihi as SANA-FE calibrates it: firing and one message, no synapses",
      joulesPerSpike: Sourced(
        180.3e-12, source: "SANA-FE arch/loihi.yaml: energy_spike_out 69.3 pJ + axon_out energy 111 pJ",
        certainty: .read)),
  ]

  /// A built-in profile by name, or one from an amount such as `45 pJ`, then called `custom`.
  package init(nameOrAmount text: String) throws(ChipError) {
    if let found = SpikeProfile.builtIn.first(where: { $0.name == text }) {
      self = found
    } else if let joules = Quantity.energy.value(of: text) {
      self.init(
        name: "custom", title: "given by the user",
        joulesPerSpike: Sourced(joules, source: "given by the user", certainty: .assumed))
    } else {
      throw .unknownSpikeProfile(text, known: SpikeProfile.builtIn.map(\.name))
    }
  }
}
