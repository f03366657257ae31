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
    case .phase: break
    case .events:
      let most = range.map { max(abs($0.low), abs($0.high)).rounded(.up) }
      model[.maximumPayload] = Int(min(max(1, most ?? Double(InputCoding.standardEvents)), Double(Int32.max)))
    }
    return model
  }

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
    do throws(NetworkCheckError) { return try network.checked() } catch { throw .option("\(error)") }
  }
}
