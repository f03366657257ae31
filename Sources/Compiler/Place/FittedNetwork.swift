import ChipModel

/// A network in integers and split over cores that keep the chip's limits, not yet placed.
struct FittedNetwork {
  let lowering: Lowering
  let partition: Partition
  let built: CoreBuilder
  /// Populations that average pools became.
  let poolLayers: [String]

  private init(
    _ network: CheckedNetwork, pools: [Int], chip: ChipDescription, options: CompileOptions
  ) throws(CompileError) {
    let whole = network.withPoolsAsLayers(pools)
    poolLayers = whole.populations[network.populations.count...].map(\.name)
    lowering = try Lowering(whole, chip: chip, options: options)
    let program = lowering.program
    try ChipRules.check(program)
    partition = try Partition(program, order: program.topologicalOrder, mapping: options.mapping)
    built = CoreBuilder(partition)
    try CrossbarRules.check(built.cores, program)
    try ChipRules.checkBiases(built.cores, program)
  }

  /// Folds average pools or makes populations of them as the options say; `auto` folds, and where a limit forbids that
  /// makes populations of the pools at the place that the refusal names.
  static func fit(
    _ network: CheckedNetwork, chip: ChipDescription, options: CompileOptions
  ) throws(CompileError) -> FittedNetwork {
    try ChipRules.checkWidths(options, chip)
    var pools = options.pools == .layer ? network.poolsThatCanBeLayers : []
    var refusal: CompileError?
    while true {
      do throws(CompileError) {
        return try FittedNetwork(network, pools: pools, chip: chip, options: options)
      } catch {
        let more = options.pools != .auto ? [] : error.forbiddenPart.map { name in
          network.poolsThatCanBeLayers(at: name).filter { !pools.contains($0) }
        } ?? []
        if more.isEmpty {
          // A pool that cannot be a layer here either leaves the first refusal as it was.
          let isOfNetwork = error.forbiddenPart.map { part in
            network.populations.contains { $0.name == part } || network.projections.contains { $0.name == part }
          }
          throw isOfNetwork == true ? error : refusal ?? error
        }
        refusal = refusal ?? error
        pools += more
      }
    }
  }
}
