import ChipModel

extension RunResult {
  /// The document of `run.json`, members in the contract's order; `simulation` last, and only with `timing`.
  package func document(timing: Bool) -> JSONOutput {
    var members: [(String, JSONOutput)] = [
      ("format", .string("nmsim-run/1")),
      ("network", .string(network)),
      ("chip", .string(chip)),
      ("method", method.map { .string($0) } ?? .null),
      ("ticks", .int(ticks)),
      ("ticksPerInference", .int(ticksPerInference)),
      ("samples", .int(samples)),
      ("accuracy", .number(accuracy)),
      ("accuracyInterval", accuracyInterval.map { .doubles([$0.low, $0.high]) } ?? .null),
      ("accuracyByStep", accuracyByStep.map { .doubles($0) } ?? .null),
      (
        "ann",
        .object([
          ("accuracy", .number(ann.accuracy)), ("accuracyOn", ann.accuracyOn.map { .string($0) } ?? .null),
          ("multiplyAccumulates", ann.multiplyAccumulates.map { .int($0) } ?? .null),
          ("parameters", ann.parameters.map { .int($0) } ?? .null),
        ])
      ),
      (
        "program",
        .object([
          ("hash", programHash.map { .string($0) } ?? .null), ("schedule", .string(schedule)),
          ("weightBits", .int(weightBits)), ("membraneBits", .int(membraneBits)), ("fractionBits", .int(fractionBits)),
          ("cores", .int(coresUsed)), ("engine", .string(engine)),
        ])
      ),
      ("populations", .array(populations.map(\.document))),
      ("totals", totals),
      ("cores", .array(counts.cores.indices.map(core))),
      ("mesh", meshDocument),
      ("energy", energy),
      ("time", time.document(steps: ticks)),
      ("neurobench", neurobench.document),
    ]
    if let earlyDecision { members.append(("earlyDecision", earlyDecision.document)) }
    if let details { members.append(("details", details.document)) }
    if let fit { members.append(("fit", fit.document)) }
    if let provenance { members.append(("provenance", provenance.document)) }
    if let faults { members.append(("faults", faults.document)) }
    if timing, let simulation {
      members.append(
        (
          "simulation",
          .object([
            ("seconds", .double(simulation.seconds)), ("threads", .int(simulation.threads)),
            ("synapticOperationsPerSecond", .double(simulation.synapticOperationsPerSecond)),
            ("command", simulation.command.map { .string($0) } ?? .null),
          ])
        ))
    }
    return .object(members)
  }

  private var totals: JSONOutput {
    .object([
      ("spikes", .int(counts.spikes)),
      ("synapticOperations", .int(counts.synapticOperations)),
      ("Effective_ACs", .int(counts.effectiveACs)),
      ("Effective_MACs", .int(counts.effectiveMACs)),
      ("Dense", .int(counts.dense)),
      ("neuronUpdates", .int(counts.neuronUpdates)),
      ("updatedNeurons", counts.updatedNeurons.map { .int($0) } ?? .null),
      ("messages", .int(counts.messages)),
      ("hops", .int(counts.hops)),
      ("chipLinks", .int(counts.hopsByDirection.links)),
      ("additions", .int(counts.additions)),
    ])
  }

  /// One core's counts and its place; places are known for every core of a program.
  private func core(_ index: Int) -> JSONOutput {
    let counts = counts.cores[index]
    var members: [(String, JSONOutput)] = [
      ("neurons", .int(counts.neurons)), ("spikes", .int(counts.spikes)),
      ("synapticOperations", .int(counts.synapticOperations)), ("messagesIn", .int(counts.messagesIn)),
      ("messagesOut", .int(counts.messagesOut)), ("hops", .int(counts.hops)), ("neuronUpdates", .int(counts.neuronUpdates)),
      ("updatedNeurons", counts.updatedNeurons.map { .int($0) } ?? .null), ("saturations", .int(counts.saturations)),
    ]
    if index < mesh.places.count {
      let place = mesh.places[index]
      members += [
        ("chip", .int(place.chip)), ("x", .int(place.x)), ("y", .int(place.y)),
        ("inputAxons", .int(place.inputAxons)), ("outputAxons", .int(place.outputAxons)),
      ]
    }
    return .object(members)
  }

  private var meshDocument: JSONOutput {
    func limit(_ value: Int?) -> JSONOutput { value.map { .int($0) } ?? .null }
    let loads = counts.linkLoads
    return .object([
      ("width", .int(mesh.width)), ("height", .int(mesh.height)), ("coresPerTile", .int(mesh.coresPerTile)),
      (
        "limits",
        .object([
          ("neurons", limit(mesh.neuronsPerCore)), ("inputAxons", limit(mesh.inputAxonsPerCore)),
          ("outputAxons", limit(mesh.outputAxonsPerCore)),
        ])
      ),
      // One entry a direction of a tile that messages left; columns, because large chips have thousands.
      (
        "links",
        .object([
          ("x", .integers(loads.map(\.x))), ("y", .integers(loads.map(\.y))),
          ("direction", .strings(loads.map(\.direction.rawValue))), ("messages", .integers(loads.map(\.messages))),
        ])
      ),
    ])
  }

  private var energy: JSONOutput {
    .object([
      ("spike", spikeEnergy.document),
      (
        "operation",
        .object([
          ("snn", operationEnergy.snn.document), ("ann", operationEnergy.ann.document),
          ("annQuantised", operationEnergy.annQuantised.document),
          ("snnInteger", operationEnergy.snnInteger.document),
        ])
      ),
      ("chip", bill.document(more: chipEnergy.members)),
    ])
  }
}

extension RunResult.PopulationResult {
  var document: JSONOutput {
    .object([
      ("name", .string(name)), ("neurons", .int(neurons)), ("spikes", .int(spikes)),
      ("synapticOperations", .int(synapticOperations)), ("meanRate", .double(meanRate)),
      ("saturations", .int(saturations)), ("messages", .int(messages)), ("hops", .int(hops)),
    ])
  }
}

extension SpikeEnergy {
  var document: JSONOutput {
    .object([
      ("profile", .string(profile.name)), ("joulesPerSpike", .double(profile.joulesPerSpike.value)),
      ("spikesByStep", .integers(spikesByStep)), ("joulesPerInference", .double(joulesPerInference)),
      ("watts", .double(watts)), ("target", .double(target)),
      ("stepsToTarget", stepsToTarget.map { .int($0) } ?? .null), ("joulesToTarget", .number(joulesToTarget)),
      ("source", .string(profile.joulesPerSpike.provenance)),
    ])
  }
}

extension OperationEnergy.Bill {
  var document: JSONOutput {
    .object([
      ("accumulates", accumulates.map { .int($0) } ?? .null),
      ("multiplyAccumulates", multiplyAccumulates.map { .int($0) } ?? .null),
      ("joulesPerInference", .number(joulesPerInference)), ("formula", .string(formula)),
    ])
  }
}

extension ChipBill {
  func document(more: [(String, JSONOutput)]) -> JSONOutput {
    .object([
      (
        "items",
        .array(
          items.map { item in
            .object([
              ("unit", .string(item.unit)), ("action", .string(item.action)), ("count", .int(item.count)),
              ("joulesEach", .number(item.joulesEach)), ("joules", .number(item.joules)),
              ("source", item.source.map { .string($0) } ?? .null),
            ])
          })
      ),
      ("joulesPerInference", .double(joulesPerInference)), ("staticJoules", .number(staticJoules)),
      ("missing", .strings(missing)), ("notModelled", .string(ChipBill.notModelled)),
    ] + more)
  }
}

extension NeuroBench {
  var document: JSONOutput {
    .object([
      ("Footprint", .int(footprint)), ("ConnectionSparsity", .double(connectionSparsity)),
      ("ActivationSparsity", .double(activationSparsity)),
      ("ClassificationAccuracy", .number(classificationAccuracy)),
      (
        "SynapticOperations",
        .object([
          ("Effective_MACs", .number(effectiveMACs)), ("Effective_ACs", .number(effectiveACs)),
          ("Dense", .number(dense)),
        ])
      ),
    ])
  }
}
