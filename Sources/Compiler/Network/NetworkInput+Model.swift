import ChipModel

extension NetworkInput {
  /// What stands for the input in a program.
  /// - Parameter period: phases of a period of the coding `phase`.
  func model(period: Int?) -> NeuronModel {
    guard let coding else { return NeuronModel(kind: .currentInput) }
    var model = NeuronModel(kind: coding.kind, period: coding == .phase ? period : nil)
    switch coding {
    case .bernoulli, .rate, .latency:
      model[.inputCoding] = coding
      if seed != 0 { model[.inputSeed] = seed }
      setValues(of: &model)
    case .phase: setValues(of: &model)
    case .events:
      let most = range.map { max(abs($0.low), abs($0.high)).rounded(.up) }
      model[.maximumPayload] = Int(min(max(1, most ?? Double(InputCoding.standardEvents)), Double(Int32.max)))
    }
    return model
  }

  private func setValues(of model: inout NeuronModel) {
    if spikeValue != 1 { model[.inputSpikeValue] = spikeValue }
    if signs { model[.inputSigns] = true }
  }

  /// What spikes have to tell; nil: 0 to 1. A range of bytes is wide where few of them occur, so it stands in only where
  /// values below 0 would be lost.
  fileprivate var expected: InputRange? { shownRange ?? range.flatMap { $0.low < 0 ? $0 : nil } }

  /// What a run refuses values beyond.
  var runRange: InputRange? {
    coding == .events ? range ?? InputRange(low: 0, high: Double(InputCoding.standardEvents)) : range
  }
}

extension CheckedNetwork {
  /// The network with an input of another coding.
  /// - Parameter coding: nil: the network's own, and spikes of its code where the chip takes no currents.
  func coded(_ coding: InputCoding?, for chip: ChipDescription) throws(CompileError) -> CheckedNetwork {
    let isRefused = network.input.kind == .current && !chip.takesInputCurrents
    guard let coding = coding ?? (isRefused ? (period == nil ? .rate : .phase) : nil) else { return self }
    var network = network
    network.input.kind = .spikes
    network.input.coding = coding
    // Weights behind spikes are for those spikes.
    if self.network.input.kind == .current, coding != .events { scaleInput(&network) }
    do throws(NetworkCheckError) { return try network.checked() } catch { throw .option("\(error)") }
  }

  /// Where values go beyond 0 to 1: spikes that are worth the largest, and two channels for one where some are below 0, which
  /// weights follow. What weights cannot follow stays as it is, and is cut to 0 to 1.
  private func scaleInput(_ network: inout Network) {
    guard let expected = network.input.expected, let largest = expected.largestCode,
      InputEncoder.quantise(expected.low) < 0 || largest > 1
    else { return }
    let heard = projections.indices.filter { projections[$0].source == 0 }
    // Integer weights are taken as they are.
    if heard.contains(where: { projections[$0].isInteger }) { return }
    if InputEncoder.quantise(expected.low) < 0 {
      var changed = network
      for index in heard {
        guard let projection = projections[index].bySign(network.projections[index]) else { return }
        changed.projections[index] = projection
      }
      changed.input.signs = true
      network = changed
    }
    network.input.spikeValue = largest
  }
}

extension InputRange {
  /// The largest magnitude as a spike can be worth it; nil: too large, or 0.
  fileprivate var largestCode: Double? {
    let whole = Double(1 << InputEncoder.inputFractionBits)
    let value = (max(abs(low), abs(high)) * whole).rounded() / whole
    return value > 0 && value < 2048 ? value : nil
  }
}

extension CheckedProjection {
  /// The same behind an input of two channels for one, the second of negated values; nil: a max pool, or too many weights.
  fileprivate func bySign(_ given: NetworkProjection) -> NetworkProjection? {
    guard pool?.kind != .max else { return nil }
    var result = given
    let pixels = kind.traits.positions == .all ? pooledShape.pixels : convolution.kernelY * convolution.kernelX
    var values = weights?.doubles ?? [1]
    if kind.traits.isElementwise {
      if values.count == 1 { values = [Double](repeating: values[0], count: pooledShape.channels) }
      (result.kind, result.groups) = (.convolution, pooledShape.channels)
    }
    var shape = kind.traits.isElementwise ? [pooledShape.channels, 1, 1, 1] : weights?.shape ?? []
    shape[1] *= 2
    guard let tensor = Tensor(shape: shape, storage: .float64(InputSpikes.bySign(values, pixels: pixels))) else { return nil }
    result.weights = .inline(tensor)
    return result
  }
}
