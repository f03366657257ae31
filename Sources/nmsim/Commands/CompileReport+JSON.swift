import ChipModel
import Compiler

extension CompileReport {
  /// The `format` of the document.
  static let format = "nmsim-compile/1"

  /// Everything as a JSON document: all cores, plain numbers, `null` for what is unknown or not limited.
  var document: JSONOutput {
    var members: [(String, JSONOutput)] = [
      ("format", .string(Self.format)), ("network", .string(network)), ("method", Self.text(method)),
      ("chip", .string(chip)), ("schedule", .string(schedule.rawValue)), ("lag", .int(lag)),
      ("biasTableBits", .int(biasTableBits)), ("weightBits", .int(weightBits)),
      ("membraneBits", .int(membraneBits)), ("fractionBits", .int(fractionBits)),
      ("accumulatorBits", .int(accumulatorBits)), ("depth", .int(depth)), ("steps", Self.int(steps)),
      ("ticksPerInference", Self.int(steps.map { $0 + extraTicks })), ("extraTicks", .int(extraTicks)),
      ("populations", .array(populations.map(Self.document))),
      ("relays", .strings(relays.map(\.name))),
      (
        "limits",
        .object([
          ("cores", Self.int(totalCores)), ("neurons", Self.int(limits.neurons)),
          ("synapseBits", Self.int(limits.synapseBits)), ("inputAxons", Self.int(limits.inputAxons)),
          ("outputAxons", Self.int(limits.outputAxons)),
        ])
      ), ("chips", .int(chips)),
      ("coreSquareMillimetres", .number(coreSquareMillimetres)),
      ("dieSquareMillimetres", .number(dieSquareMillimetres)),
      ("capacity", .array(capacity.map { .object(ComparisonRecord.Capacity($0).members) })),
      ("cores", .array(cores.map(Self.document))), ("routes", .int(routes)), ("longestRoute", .int(longestRoute)),
      ("limiting", limiting.map(Self.document) ?? .null), ("mapping", mapping.map(Self.document) ?? .null),
    ]
    if let faults, let routeFacts {
      members.append(("faults", .object(faults.members)))
      members.append(
        (
          "detours",
          .object([
            ("routes", .int(routeFacts.detours)), ("extraSteps", .int(routeFacts.extraSteps)),
            ("mayDeadlock", .bool(routeFacts.hasCycle)),
          ])
        ))
    }
    return .object(members)
  }

  private static func document(_ mapping: MappingMetrics) -> JSONOutput {
    .object([
      ("spikes", .string(mapping.isMeasured ? "calibration" : "one a neuron")), ("messages", .int(mapping.messages)),
      ("meanHops", .number(mapping.meanHops)), ("linkPackets", .int(mapping.linkPackets)),
      ("busiestLink", .int(mapping.busiestLink)), ("meanLink", .number(mapping.meanLink)),
      ("busiestSynapticOperations", .int(mapping.busiestSynapticOperations)),
      ("busiestNeurons", .int(mapping.busiestNeurons)), ("busiestMessagesIn", .int(mapping.busiestMessagesIn)),
    ])
  }

  private static func document(_ population: Population) -> JSONOutput {
    .object([
      ("name", .string(population.name)), ("shape", .integers(population.dimensions)),
      ("neurons", .int(population.neurons)), ("model", .string(population.model.name)),
      ("isRelay", .bool(population.isRelay)), ("cores", .int(population.cores)),
      ("synapses", .int(population.synapses)), ("weights", .int(population.weights)),
      ("hostWeights", .int(population.hostWeights)),
      ("threshold", population.thresholds.map { .integers([$0.lowerBound, $0.upperBound]) } ?? .null),
      ("unit", .array([.number(population.units.lowerBound), .number(population.units.upperBound)])),
      ("largestRoundingError", .number(population.largestError)),
      ("largestRoundingErrorInUnits", .number(population.relativeError)),
      ("largestSum", .int(Int(population.headroom.largestSum))), ("sumBits", .int(population.headroom.sumBits)),
      ("firstStepOfSaturation", int(population.headroom.stepsToSaturation)), ("fanIn", .int(population.fanIn)),
      ("destinations", .int(population.destinations)), ("delay", .int(population.delay)),
      ("payloadBits", .int(population.payloadBits)),
      (
        "layer",
        population.layer.map { layer in
          .object(ChipResource.ofLayer.map { ("\($0)", .int(layer[$0] ?? 0)) })
        } ?? .null
      ),
    ])
  }

  private static func document(_ core: Core) -> JSONOutput {
    .object([
      ("core", .int(core.index)), ("place", .int(core.place)), ("populations", .strings(core.populations)),
      ("neurons", .int(core.load.neurons)), ("synapseBits", .int(core.load.synapseBits)),
      ("inputAxons", .int(core.load.inputAxons)), ("outputAxons", .int(core.load.outputAxons)),
      ("axonTypes", int(core.axonTypes)), ("fanIn", .int(core.fanIn)), ("destinations", .int(core.destinations)),
      (
        "limits",
        .object([
          ("neurons", int(core.limits.neurons)), ("synapseBits", int(core.limits.synapseBits)),
          ("inputAxons", int(core.limits.inputAxons)), ("outputAxons", int(core.limits.outputAxons)),
        ])
      ),
      ("fullest", core.fullest.map(document) ?? .null),
    ])
  }

  private static func document(_ share: Share) -> JSONOutput {
    .object([
      ("resource", .string(share.resource.rawValue)), ("core", int(share.core)), ("used", .int(share.used)),
      ("limit", .int(share.limit)), ("fraction", .number(share.fraction)),
    ])
  }

  private static func int(_ value: Int?) -> JSONOutput { value.map { .int($0) } ?? .null }
  private static func text(_ value: String?) -> JSONOutput { value.map { .string($0) } ?? .null }
}
