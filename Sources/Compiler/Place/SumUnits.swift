import ChipModel

/// What spikes of inexact partial sums are worth, by calibration data.
///
/// Large units leave rests below the threshold, small ones are reached more than once a tick and wait. So the network is
/// run without sums, and with several units; each population takes the one whose spikes are nearest to those that it sends
/// without.
package struct SumUnits {
  /// Of the largest sum of a tick: half, where nothing was measured.
  package static let standard = 2
  package static let tried = [2, 3, 4, 6, 8, 12, 16]

  /// Without cores and without inexact sums.
  package let exact: CompiledProgram
  /// Those that hear inexact sums.
  package let populations: [String]
  private let network: CheckedNetwork
  private let form: NetworkForm
  private let chip: ChipDescription
  private let options: CompileOptions

  package init(_ network: CheckedNetwork, chip: ChipDescription, options: CompileOptions) throws(CompileError) {
    let fitted = try FittedNetwork.fit(network, chip: chip, options: options)
    populations = fitted.lowering.sums.filter { $0.unit != nil }.map(\.population)
    self.network = try network.coded(options.inputCoding, for: chip)
    (self.chip, self.options) = (chip, options)
    // Copies and slices change no spike.
    var form = fitted.form
    (form.copies, form.sliced) = ([:], [])
    self.form = form
    exact = populations.isEmpty
      ? fitted.lowering.program
      : try CompiledProgram.lower(self.network, NetworkForm(pools: form.pools), chip: chip, options: options)
  }

  /// The same with sums whose spikes are worth so much, without cores.
  package func program(unit: Int) throws(CompileError) -> CompiledProgram {
    var options = options
    options.sumUnits = [String: Int](populations.map { ($0, unit) }, uniquingKeysWith: max)
    return try CompiledProgram.lower(network, form, chip: chip, options: options)
  }

  /// By population, as `CompileOptions.sumUnits`.
  ///
  /// - Parameters:
  ///   - expected: spikes of ``exact`` by population and neuron, as `RunCounters.spikes`.
  ///   - tried: by unit, a program and its spikes.
  package func nearest(
    to expected: [[UInt64]], of tried: [(unit: Int, program: CompiledProgram, spikes: [[UInt64]])]
  ) -> [String: Int] {
    var units: [String: Int] = [:]
    for name in populations {
      guard let place = exact.populations.firstIndex(where: { $0.name == name }) else { continue }
      let count = exact.populations[place].shape.count
      let errors = tried.map { $0.program.error(of: name, $0.spikes, count, expected[place]) }
      units[name] = zip(errors, tried).min { $0.0 < $1.0 }?.1.unit
    }
    return units
  }
}

extension CompiledProgram {
  /// Spikes too many or too few of a population's neurons.
  fileprivate func error(of name: String, _ spikes: [[UInt64]], _ count: Int, _ expected: [UInt64]) -> UInt64 {
    guard let place = populations.firstIndex(where: { $0.name == name }) else { return .max }
    /// One value a neuron, one for all, or none.
    func value(_ counts: [UInt64], _ neuron: Int) -> UInt64 {
      counts.isEmpty ? 0 : counts.count == 1 ? counts[0] : neuron < counts.count ? counts[neuron] : 0
    }
    return (0..<count).reduce(0) { sum, neuron in
      let (a, b) = (value(spikes[place], neuron), value(expected, neuron))
      return sum &+ (a > b ? a - b : b - a)
    }
  }
}
