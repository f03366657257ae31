import ChipModel

/// What calibration corrects of a spiking network, layer by layer (`--calibrate`).
package enum Correction: String, Sendable, CaseIterable {
  case weights
  case bias, initial
  case biasByStep = "bias-by-step"
  case neuron
  case lastLayer = "last-layer"

  /// Corrections of a whole channel's mean: a network has one of them.
  var isOfChannels: Bool { self == .bias || self == .initial || self == .biasByStep }
}

/// A list of corrections, in the order in which a layer gets them.
package struct Corrections: ParameterType {
  package let list: [Correction]

  package init(_ list: [Correction]) { self.list = Correction.allCases.filter(list.contains) }

  /// Nil: an unknown name, or two corrections of one kind.
  package init?(_ value: ParameterValue) {
    guard case .choice(let text) = value else { return nil }
    if text == "none" {
      self.init([])
      return
    }
    let list = text.split(separator: ",", omittingEmptySubsequences: false).map { Correction(rawValue: String($0)) }
    let known = list.compactMap { $0 }
    guard known.count == list.count, Set(known).count == list.count, known.count(where: \.isOfChannels) <= 1 else {
      return nil
    }
    self.init(known)
  }

  package var parameterValue: ParameterValue {
    .choice(list.isEmpty ? "none" : list.map(\.rawValue).joined(separator: ","))
  }

  package var isEmpty: Bool { list.isEmpty }
  func contains(_ correction: Correction) -> Bool { list.contains(correction) }
  /// The one that corrects the mean of channels.
  var ofChannels: Correction? { list.first(where: \.isOfChannels) }
}

extension Parameter {
  package static let calibrate = Parameter(
    "calibrate", .list(["none"] + Correction.allCases.map(\.rawValue)), standard: Corrections([]).parameterValue,
    source: "Li et al. 2021; Wu et al. 2024",
    "Corrections on calibration data, layer by layer: one of bias, initial and bias-by-step, and any of weights, neuron "
      + "and last-layer.")
}

extension Parameter {
  /// Corrections without some.
  func leaving(out left: [Correction]) -> Parameter {
    var changed = self
    changed.kind = .list(["none"] + Correction.allCases.filter { !left.contains($0) }.map(\.rawValue))
    return changed
  }
}

/// What a hidden neuron of a threshold method does.
package enum HiddenNeuron: String, ParameterChoice {
  case integrateFire = "if"
  /// Takes back what it sent too much, by negative spikes (Wang et al. 2022).
  case signed
  /// Sends the digits of its count, the most significant first, once all has arrived (Kim et al. 2018; Stöckl, Maass 2021).
  case phase
  /// Sends in one spike as many thresholds as it holds, at most so many: a burst (Li, Zeng 2022; Park et al. 2019).
  case count
  /// Sends its count as the time between a spike that turns currents on and one that turns them off (Han, Roy 2020).
  case switching = "switch"
}

extension Parameter {
  package static let neuron = Parameter(
    "neuron", .choice(of: HiddenNeuron.self), standard: HiddenNeuron.integrateFire.parameterValue,
    source: "Wang et al. 2022; Li, Zeng 2022; Stöckl, Maass 2021; Han, Roy 2020",
    "Neuron of the hidden layers; signed ones take back what they sent too much, count ones send several thresholds in a "
      + "spike that carries their count; once all has arrived, phase ones send the binary digits of their count, switch ones a "
      + "spike that turns a current on and one that turns it off.")
  /// What every method takes that finds thresholds for soft reset.
  package static let ofThresholds: [Parameter] = [.alpha.defaulting(to: 1.0), .calibrate, .neuron, .maximumCount]
}

extension ParameterKey<HiddenNeuron> {
  package static var neuron: Self { Self(.neuron) }
}

extension ParameterKey<Corrections> {
  package static var calibrate: Self { Self(.calibrate) }
}
