import ChipModel

extension RunResult {
  /// The accounts of a run, one a model: three with members of their own, the others by name.
  package struct Energy: Sendable, Equatable {
    package var spike: SpikeEnergy?
    package var operation = OperationEnergy()
    package var chip: ChipBill?
    /// In the order of the models; their names are those of the members.
    package var others: [EnergyAccount] = []

    package init() {}

    /// `energy` of `run.json`: the chip's account last.
    package static let form = JSONForm<Energy>(
      "object",
      members: {
        [
          JSONFieldFacts("spike", "object", "the papers' model: every spike costs the same", members: SpikeEnergy.fields.map(\.facts)),
          JSONFieldFacts(
            "operation", "object", "additions and multiply-accumulates at 45 nm", members: OperationEnergy.fields.map(\.facts)),
          JSONFieldFacts("NAME", "object", "a further model's account", members: EnergyAccount.fields.map(\.facts)),
          JSONFieldFacts(
            "chip", "object", "every action of the chip's description, priced", members: ChipBill.fields.map(\.facts)),
        ]
      },
      write: { energy in
        .object(
          [
            ("spike", energy.spike.map { .object($0.members) } ?? .null), ("operation", .object(energy.operation.members)),
          ] + energy.others.map { ($0.name, .object($0.members)) }
            + [("chip", energy.chip.map { .object($0.members) } ?? .null)])
      }
    ) { (node, scope) throws(JSONError) in
      var energy = Energy()
      var object = try node.object()
      for (key, node) in object.allMembers() where !node.isNull {
        switch key {
        case "spike": energy.spike = try SpikeEnergy(node, &scope)
        case "operation": energy.operation = try OperationEnergy(node, &scope)
        case "chip": energy.chip = try ChipBill(node, &scope)
        default:
          var account = try EnergyAccount(node, &scope)
          account.name = key
          energy.others.append(account)
        }
      }
      return energy
    }
  }

  /// Every model's account that has a figure, in the order of the models, the chip's last.
  package var accounts: [EnergyAccount] {
    let all = [energy.spike?.account(samples: samples), energy.operation.account(samples: samples)] + energy.others
      + [energy.chip?.account]
    return all.compactMap { $0 }.filter { $0.joulesPerInference != nil }
  }

  /// Those that runs are compared by.
  package var comparedAccounts: [EnergyAccount] {
    accounts.filter { EnergyModels.named($0.name)?.comparesRuns ?? true }
  }

  package var spike: SpikeEnergy? { energy.spike }
  package var operation: OperationEnergy { energy.operation }
  package var bill: ChipBill? { energy.chip }

  /// First step, 1...T, from which on the accuracy stays at least the target; nil where it does not end there or is unknown.
  package static func steps(to target: Double, _ accuracyByStep: [Double]?) -> Int? {
    guard let accuracyByStep else { return nil }
    let below = accuracyByStep.lastIndex { $0 < target } ?? -1
    return below + 1 < accuracyByStep.count ? below + 2 : nil
  }
}
