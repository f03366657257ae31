import ChipModel
import Runtime
import Dispatch
import Synchronization

/// A spiking network tried on samples on the chip's engine, without cores: what choosing between methods, and tests of
/// them, look at.
package struct SpikingTrial: Sendable {
  /// The decision of each sample after each step, `[sample][step]`.
  package let decisions: [[Int]]
  /// Output values of each sample after the last step: potentials in the output's unit, or signed spike counts.
  package let outputs: [[Int]]
  /// Spikes, saturations and gated spikes, summed over samples.
  package let counters: RunCounters
  package let program: CompiledProgram

  /// Runs every sample.
  ///
  /// - Parameters:
  ///   - program: what runs.
  ///   - samples: preprocessed input values, one sample after the other.
  ///   - steps: `T`, >= 1.
  ///   - threads: at most this many; nil: as many as this process may use. Does not change the result.
  ///   - progress: called from any thread with the number of samples that finished since its last call.
  package init(
    _ program: CompiledProgram, samples: [Float], steps: Int, threads: Int? = nil,
    progress: @Sendable (Int) -> Void = { _ in }
  ) {
    let size = max(1, program.input.shape.count)
    let count = samples.count / size
    let plan = EnginePlan(program)
    let workers = max(1, min(threads ?? Processors.available, count))
    struct Collected {
      var outcomes: [SampleOutcome?]
      var counters: RunCounters
    }
    let collected = Mutex(
      Collected(
        outcomes: [SampleOutcome?](repeating: nil, count: count),
        counters: RunCounters(program: program, steps: steps)))
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      var runner = LayerRunner(plan: plan, steps: steps)
      for sample in stride(from: worker, to: count, by: workers) {
        runner.sample = sample
        let outcome = runner.run(samples[(sample * size)..<((sample + 1) * size)].map(Double.init))
        collected.withLock { $0.outcomes[sample] = outcome }
        progress(1)
      }
      let counters = runner.counters
      collected.withLock { $0.counters.add(counters) }
    }
    let all = collected.withLock { $0 }
    decisions = all.outcomes.map { $0?.decisions ?? [] }
    outputs = all.outcomes.map { $0?.outputs ?? [] }
    counters = all.counters
    self.program = program
  }

  /// Checks and lowers a network for the chip `ideal` without cores.
  ///
  /// A chip register that 16-bit weights overfill holds the thresholds of a channel of tiny weights at fewer bits; those are
  /// tried when `weightBits` is 16, because a provisional program needs no exact width.
  package static func lower(
    _ network: Network, weightBits: Int, steps: Int? = nil
  ) throws(ConversionError) -> CompiledProgram {
    let checked: CheckedNetwork
    do throws(NetworkCheckError) { checked = try network.checked() } catch { throw .check(error) }
    // The importer has bounded the layers.
    var options = CompileOptions(weightBits: weightBits, steps: steps, memory: MemoryBudget(bytes: Int.max))
    while true {
      do throws(CompileError) {
        return try CompiledProgram.lower(checked, chip: try idealChip(), options: options)
      } catch {
        guard case .doesNotFit = error, weightBits == 16, let bits = options.weightBits, bits > 8 else {
          throw .compile(error)
        }
        options.weightBits = bits - 4
      }
    }
  }

  /// Throws what a chip refuses of a network, with the chip's own widths.
  static func check(_ network: Network, fits chip: ChipDescription, steps: Int?) throws(ConversionError) {
    let checked: CheckedNetwork
    do throws(NetworkCheckError) { checked = try network.checked() } catch { throw .check(error) }
    do throws(CompileError) {
      _ = try CompiledProgram.compile(checked, chip: chip, options: CompileOptions(steps: steps, placement: .rowMajor))
    } catch { throw .compile(error) }
  }

  private static func idealChip() throws(CompileError) -> ChipDescription {
    do throws(ChipError) { return try ChipLibrary.builtIn("ideal") } catch { throw .option("\(error)") }
  }

  // MARK: Figures

  package var samples: Int { decisions.count }
  /// Outputs in units of the ANN after the last step.
  var values: [[Double]] { program.values(ofOutputs: outputs, steps: steps) }
  package var steps: Int { decisions.first?.count ?? 0 }

  /// Fraction of the samples that are decided as labelled, after each step; 0 for none.
  package func accuracyByStep(_ labels: [Int]) -> [Double] {
    (0..<steps).map { step in
      let right = zip(decisions, labels).count { $0[step] == $1 }
      return Double(right) / Double(max(1, samples))
    }
  }

  /// Spikes of all populations after each step, summed over samples and over the steps up to it.
  package var spikesUpToStep: [Int] {
    var total = 0
    return (0..<steps).map { step in
      for population in counters.spikesByStep { total += population[step] }
      return total
    }
  }

  /// Synaptic operations of all steps, summed over samples.
  package var synapticOperations: Int { synapticOperationsBySource.reduce(0, +) }

  /// The same by the population whose spikes cause them.
  package var synapticOperationsBySource: [Int] {
    var totals = [Int](repeating: 0, count: program.populations.count)
    for (index, projection) in program.projections.enumerated() where !program.isHostCurrent(projection) {
      let spikes = program.isGated(projection) ? counters.gatedSpikes[index] : counters.spikes[projection.source]
      totals[projection.source] += program.synapses(index).fanOut.operations(spikes: spikes)
    }
    return totals
  }
}
