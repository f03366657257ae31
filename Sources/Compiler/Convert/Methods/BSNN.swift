import ChipModel

extension ConversionMethod {
  /// `bsnn`, as `docs/methods.md` describes it.
  public static let bsnn = ConversionMethod(
    "bsnn", threshold: "largest activation", neurons: "phase code, two members that accumulate and fire by turns",
    source: "Li, Zhao, Zeng 2022",
    parameters: [.steps, .period.defaulting(to: 10), .synchronousNeurons, .readout], isReadAtAnyStep: false,
    // The first answer is complete at D * K.
    standardSteps: { settings, _, layers in layers * (settings[.period] ?? 1) }, leastSteps: { layers in 2 * layers },
    tries: { standard, steps, layers in
      Set([min(steps / layers, 6), min(steps / layers, 10)]).sorted().filter { $0 >= 2 }.map { period in
        standard.with(.period, period).with(.steps, layers * period)
      }
    },
    neuron: { settings, threshold, _ in
      NetworkNeuron(
        model: .bistable, threshold: threshold, parameters: .with(.period, settings[.period] ?? 1))
    },
    convert: { (stage) throws(ConversionError) in
      stage.normalise(stage.largestByLayer())
      stage.draft.hasShortestDelays = stage.settings[.synchronousNeurons] == false
    })
}

extension Parameter {
  package static let synchronousNeurons = Parameter(
    "synchronousNeurons", option: "no-synchronous-neurons", .flag, standard: .flag(true),
    source: "Li, Zhao, Zeng 2022", "Residual shortcuts without synchronisation.")
}

extension ParameterKey<Bool> {
  package static var synchronousNeurons: Self { Self(.synchronousNeurons) }
}
