import Runtime

/// Runs side by side, layer by layer: what each layer's spikes, operations and energy became.
struct LayerComparison: Sendable {
  let runs: [ReportRun]

  /// More runs would be columns that nobody can read side by side.
  private static let mostRuns = 12

  /// Empty where the runs share no layer.
  var markup: PageMarkup {
    let shown = Array(runs.prefix(Self.mostRuns))
    let names = shown[0].document.populations.map(\.name).filter { name in
      shown.dropFirst().contains { run in run.document.populations.contains { $0.name == name } }
    }
    guard !names.isEmpty, Set(names).count == names.count else { return "" }
    let rows = Array(names.prefix(200))
    func table(_ title: String, _ cell: @escaping (ReportRun, Int) -> String?) -> PageMarkup {
      let columns = shown.map { run in
        Table.Field<String>.figure("\(run.number). \(run.label)") { name in
          run.document.populations.firstIndex { $0.name == name }.flatMap { cell(run, $0) } ?? ""
        }
      }
      let name = title.lowercased().replacing(" ", with: "-")
      return "<h3 class=\"apart\">\(title)</h3>\(Table(rows, [.name("Layer") { $0 }] + columns).markup(name))"
    }
    let hasEnergy = shown.contains { run in
      run.chipJoules != nil && run.document.bill?.joulesByPopulation?.count == run.document.populations.count
    }
    let energy = !hasEnergy ? "" : table("Energy per inference, chip model") { run, index in
      run.document.bill?.joulesByPopulation.flatMap { joules in
        joules.count != run.document.populations.count || run.chipJoules == nil
          ? nil : run.perInference("energy.chip.joulesByPopulation[\(index)]", joules[index], PageNumber.joules)
      }
    }
    return """
      <h2>Layer by layer</h2>
      \(table("Spikes per neuron and step") { run, index in
        run.value("populations[\(index)].meanRate", run.document.populations[index].meanRate, PageNumber.rate)
      })
      \(table("Synaptic operations per inference") { run, index in
        run.perInference("populations[\(index)].synapticOperations", run.document.populations[index].synapticOperations)
      })
      \(energy)
      """
  }
}
