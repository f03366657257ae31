import ChipModel
import Compiler
import Runtime

/// Spikes of calibration data, which the placement weighs distances with.
struct MeasuredTraffic {
  /// Per population and neuron, over all samples: `CompileOptions.traffic`.
  let spikes: [[UInt64]]
  let samples: Int
  let steps: Int
  static let standardSamples = 100

  /// Runs the first samples on the lowered network, which needs no cores.
  init?(
    _ arguments: ParsedArguments, _ network: CheckedNetwork, path: String, chip: ChipDescription,
    options: CompileOptions, _ terminal: Terminal
  ) throws(CommandError) {
    guard let images = arguments.string("calibration") else {
      if arguments.isGiven("calibration-samples") {
        throw CommandError(
          .usage, subject: "compile", problem: "--calibration-samples without --calibration",
          remedy: "name the images too")
      }
      return nil
    }
    guard options.mapping == nil, options.placement == .optimised else {
      throw CommandError(
        .usage, subject: "compile", problem: "--calibration is for the optimised mapping, which alone weighs spikes",
        remedy: "leave out --calibration or --mapping")
    }
    let program: CompiledProgram
    do throws(CompileError) { program = try CompiledProgram.lower(network, chip: chip, options: options) } catch {
      throw CommandError(error, network: path, mapping: nil)
    }
    let data: Dataset
    do throws(DataError) {
      data = try DatasetLoader.load(
        images: images, expectedShape: program.input.dimensions,
        samples: arguments.int("calibration-samples") ?? Self.standardSamples)
    } catch {
      throw CommandError(error.fileError != nil ? .missingInput : .badData, subject: nil, message: error.description)
    }
    samples = min(arguments.int("calibration-samples") ?? Self.standardSamples, data.count)
    steps = program.network.steps ?? RunInputs.standardSteps
    let progress = ProgressLine("traffic", total: samples, unit: "images", terminal: terminal)
    defer { progress.finish() }
    let run = Run(steps: steps, samples: samples, threads: RunInputs.standardThreads)
    do throws(DatasetError) {
      spikes = try run(program, data: data, progress: { progress.advance(by: $0) }).counters.spikes
    } catch {
      throw CommandError(.badData, subject: images, message: error.description)
    }
  }

  /// What the placement made of it, beside one that does not look at spikes.
  func text(_ program: CompiledProgram) -> String {
    let traffic = Traffic(program: program, spikes: spikes)
    var rows = program
    for core in rows.cores.indices { rows.cores[core].place = core }
    let mesh = Mesh(program.chip)
    for index in rows.routes.indices {
      rows.routes[index].steps = mesh.route(from: rows.routes[index].from, to: rows.routes[index].to).map(\.direction)
    }
    func each(_ hops: Int) -> String {
      NumberFormat.decimal(traffic.messages == 0 ? 0 : Double(hops) / Double(traffic.messages), places: 2)
    }
    let (data, time) = (NumberFormat.count(samples, of: "sample"), NumberFormat.count(steps, of: "step"))
    return "Placed by the spikes of \(data) in \(time): "
      + "\(each(traffic.hops)) hops a message; row by row it would be "
      + "\(each(Traffic(program: rows, spikes: spikes).hops))."
  }
}
