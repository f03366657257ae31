import ChipModel
import Compiler
import Runtime

/// Spikes of calibration data, by which layers are cut and distances weighed.
struct MeasuredTraffic {
  /// Per population and neuron, over all samples: `CompileOptions.traffic`.
  let spikes: [[UInt64]]
  /// `CompileOptions.sumUnits`.
  let sumUnits: [String: Int]
  let samples: Int
  let steps: Int
  /// Whether places are searched by them.
  let isPlaced: Bool
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
    func lowered<T>(_ body: () throws(CompileError) -> T) throws(CommandError) -> T {
      try told(by: { CommandError($0, network: path, mapping: nil) }, body)
    }
    var options = options
    let units = try lowered { () throws(CompileError) in try SumUnits(network, chip: chip, options: options) }
    guard options.mapping == nil || !units.populations.isEmpty else {
      throw CommandError(
        .usage, subject: "compile",
        problem: "--calibration has nothing to decide: a mapping file says where layers are cut and where cores are",
        remedy: "leave out --calibration or --mapping")
    }
    isPlaced = options.mapping == nil && options.placement == .optimised
    var program = units.exact
    let asked = arguments.int("calibration-samples") ?? Self.standardSamples
    let data = try InputFiles.dataset(
      images, shape: program.inputShape, samples: asked, recorded: try arguments.binning(program))
    samples = min(asked, data.count)
    steps = program.standardSteps ?? RunInputs.standardSteps
    let run = Run(steps: steps, samples: samples, threads: RunInputs.standardThreads)
    let runs = units.populations.isEmpty ? 1 : SumUnits.tried.count + 2
    let progress = ProgressLine("traffic", total: runs * samples, unit: "images", terminal: terminal)
    defer { progress.finish() }
    let (steps, samples) = (steps, samples)
    func counted(_ program: CompiledProgram) throws(CommandError) -> [[UInt64]] {
      try ObservedRun.check(program, steps: steps, samples: samples)
      return try told(.badData, images) { () throws(DatasetError) in
        try run(program, data: data, progress: { progress.advance(by: $0) }).counters.spikes
      }
    }
    if !units.populations.isEmpty {
      let expected = try counted(program)
      var tried: [(unit: Int, program: CompiledProgram, spikes: [[UInt64]])] = []
      for unit in SumUnits.tried {
        let program = try lowered { () throws(CompileError) in try units.program(unit: unit) }
        tried.append((unit, program, try counted(program)))
      }
      options.sumUnits = units.nearest(to: expected, of: tried)
      program = try lowered { () throws(CompileError) in
        try CompiledProgram.lower(network, chip: chip, options: options, fits: true)
      }
    }
    sumUnits = options.sumUnits
    spikes = try counted(program)
  }

  /// What the placement made of it, beside one that does not look at spikes.
  func text(_ program: CompiledProgram) -> String {
    let traffic = Traffic(program: program, spikes: spikes)
    func each(_ hops: Int) -> String {
      NumberFormat.decimal(traffic.messages == 0 ? 0 : Double(hops) / Double(traffic.messages), places: 2)
    }
    let (data, time) = (NumberFormat.count(samples, of: "sample"), NumberFormat.count(steps, of: "step"))
    guard isPlaced else { return "By the spikes of \(data) in \(time): \(each(traffic.hops)) hops per message." }
    var rows = program
    for core in rows.cores.indices { rows.cores[core].place = core }
    let mesh = Mesh(program.chip)
    for index in rows.routes.indices {
      rows.routes[index].steps = mesh.route(from: rows.routes[index].from, to: rows.routes[index].to).map(\.direction)
    }
    return "Placed by the spikes of \(data) in \(time): "
      + "\(each(traffic.hops)) hops per message; row by row it would be "
      + "\(each(Traffic(program: rows, spikes: spikes).hops))."
  }
}
