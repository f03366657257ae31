import ChipModel

/// The analytical model of Lemaire et al. 2022 (arXiv 2210.13107): arithmetic, addressing and the memories of an event-driven accelerator, one
/// layer at a time.
///
/// A layer reads events from a FIFO, weights for each, reads and writes the potentials that they reach, and updates
/// all of its neurons every step. The ANN reads its values (a convolution for each product), weights and biases, and
/// writes what it makes, in 32-bit words too; its activations and pools are free. Equation 2.4 of the paper
/// multiplies by the number of inputs once too often; every other equation, and the public implementations, do not.
package struct LemaireEnergyModel: BuiltInEnergyModel {
  package init() {}

  package let name = "lemaire"
  package let title = "Lemaire model"
  package let source = "Lemaire et al. 2022, 45 nm"
  package let formula =
    "joules = accumulates x 0.1 pJ + multiply-accumulates x 3.2 pJ + memory words x the energy of a memory of that "
    + "size (10 pJ at 8 KiB, 20 at 32, 100 at 1 MiB, linear between); the ANN: a multiply-accumulate and a read of its "
    + "weight for each product, a read of its input (a matrix: of each input once), a write of each value"
  package let leavesOut = "routing, static power, pools, the ANN's activations"
  /// An accelerator of its own stands behind it, not the chip.
  package let comparesRuns = false

  package func put(_ run: CountedRun, into energy: inout RunResult.Energy) { energy.others.append(account(of: run)) }

  /// Bytes of a memory, and joules of an access to 32 bits; linear between, the last beyond.
  private static let memories: [(bytes: Double, joules: Double)] = [
    (0, 0), (8_192, 10e-12), (32_768, 20e-12), (1_048_576, 100e-12),
  ]

  /// Joules of an access to 32 bits of a memory of so many words.
  static func access(words: Int) -> Double {
    let bytes = min(4 * Double(words), memories[memories.count - 1].bytes)
    let above = memories.dropFirst().firstIndex { bytes <= $0.bytes } ?? memories.count - 1
    let (low, high) = (memories[above - 1], memories[above])
    return low.joules + (high.joules - low.joules) / (high.bytes - low.bytes) * (bytes - low.bytes)
  }

  package func account(of run: CountedRun) -> EnergyAccount {
    var bill = LemaireBill()
    let program = run.program
    let counters = run.record.counters
    let visits = run.steps *| run.samples
    let incoming = program.incoming
    for index in program.placed {
      let population = program.populations[index]
      let neurons = population.shape.count
      var parameters = 0
      var (events, reached, host) = (0, 0, 0)
      for p in incoming[index] where !program.isReset(program.projections[p]) {
        let projection = program.projections[p]
        let rule = program.synapses(p)
        let weights = program.weights[projection.weights].count
        parameters +|= weights
        if program.isHostCurrent(projection) {
          // Once a sample, as a layer of an ANN: each product reads its input and its weight.
          let products = rule.fanOut.total *| run.samples
          host +|= products
          bill.multiplyAccumulates +|= products
          bill.read(.inputs, products, words: program.input.shape.count)
          continue
        }
        let arrived = counters.arriving(program, p, asPayload: true).reduce(0) { $0 +| Int(clamping: $1) }
        let spatial = rule.kernel.y *| rule.kernel.x
        let meetsAll = projection.kind.traits.positions == .all
        let outputs = rule.outputsPerGroup *| (meetsAll ? population.shape.pixels : rule.copies)
        let fan = meetsAll ? outputs : outputs *| spatial
        events +|= arrived
        reached +|= arrived *| fan
        bill.addressing +|= arrived *| fan
        if let window = projection.window {
          let (y, x) = (window.rowAxis, window.columnAxis)
          let taps = ((y.kernel + y.stride - 1) / y.stride) *| ((x.kernel + x.stride - 1) / x.stride)
          bill.accumulates +|= arrived *| outputs *| taps
          // Two products find a spike's first output.
          bill.addressingProducts +|= 2 *| arrived
        } else {
          bill.accumulates +|= arrived *| fan
        }
      }
      let hasBias = population.biases.contains { $0.values.contains { $0 != 0 } }
      if hasBias { parameters +|= population.shape.pixels > 1 ? population.shape.channels : neurons }
      let biases = hasBias || host > 0 ? neurons *| visits : 0
      bill.accumulates +|= biases
      bill.read(.inputs, events, words: LemaireBill.messages)
      bill.read(.parameters, reached +| host +| (hasBias ? biases : 0), words: parameters)
      let updates = population.model.fires ? neurons *| visits : 0
      bill.read(.potentials, 2 *| (reached +| updates), words: neurons)
      guard population.model.fires else { continue }
      let fired = run.counts.populations[index].spikes
      bill.accumulates +|= fired
      if population.model.leaks { bill.multiplyAccumulates +|= updates }
      bill.read(.outputs, fired, words: LemaireBill.messages)
    }
    var account = bill.account(run)
    guard let layers = program.network.ann.layers, !layers.isEmpty, run.samples > 0 else { return account }
    var other = LemaireBill()
    for layer in layers { other.add(layer, samples: run.samples) }
    let bare = other.account(run)
    var ann = ANNAccount()
    ann.items = bare.items.filter { $0.count > 0 }
    ann.joulesPerInference = bare.joulesPerInference
    ann.ratio = bare.joulesPerInference.flatMap { joules in
      joules > 0 ? account.joulesPerInference.map { $0 / joules } : nil
    }
    account.ann = ann
    return account
  }
}

/// Operations and memory accesses of a run.
struct LemaireBill {
  enum Memory: String, CaseIterable { case inputs, parameters, potentials, outputs }

  var accumulates = 0
  var multiplyAccumulates = 0
  var addressing = 0
  var addressingProducts = 0
  private var words = [Int](repeating: 0, count: Memory.allCases.count)
  private var joules = [Double](repeating: 0, count: Memory.allCases.count)

  /// Messages that the queues of a layer hold, as in the paper's experiments.
  static let messages = 1000

  static let add = 0.1e-12
  static let multiplyAdd = 3.2e-12
  /// Accesses to a memory of so many words.
  mutating func read(_ memory: Memory, _ count: Int, words size: Int) {
    let place = Memory.allCases.firstIndex(of: memory) ?? 0
    words[place] +|= count
    joules[place] += Double(count) * LemaireEnergyModel.access(words: size)
  }

  /// A layer of an ANN, in so many inferences.
  mutating func add(_ layer: ANNLayer, samples: Int) {
    let products = layer.products *| samples
    let outputs = layer.outputs *| samples
    multiplyAccumulates +|= products
    addressing +|= (layer.inputs +| layer.outputs +| layer.kernelPlaces) *| samples
    read(.inputs, layer.isConvolution ? products : layer.inputs *| samples, words: layer.inputs)
    if layer.hasBias { accumulates +|= outputs }
    read(.parameters, products +| (layer.hasBias ? outputs : 0), words: layer.parameters)
    read(.outputs, outputs, words: layer.outputs)
  }

  func account(_ run: CountedRun) -> EnergyAccount {
    var account = EnergyAccount(items, of: run)
    account.name = "lemaire"
    account.source = LemaireEnergyModel().source
    return account
  }

  var items: [EnergyItem] {
    func item(_ unit: String, _ action: String, _ count: Int, _ each: Double) -> EnergyItem {
      EnergyItem(unit: unit, action: action, count: count, joulesEach: each)
    }
    var items = [
      item("arithmetic", "accumulate", accumulates, Self.add),
      item("arithmetic", "multiplyAccumulate", multiplyAccumulates, Self.multiplyAdd),
      item("addressing", "accumulate", addressing, Self.add),
      item("addressing", "multiplyAccumulate", addressingProducts, Self.multiplyAdd),
    ]
    for (place, memory) in Memory.allCases.enumerated() {
      // Layers have memories of their own sizes: the price is their mean.
      let mean = words[place] == 0 ? 0 : joules[place] / Double(words[place])
      items.append(item("memory", memory.rawValue, words[place], mean))
    }
    return items
  }
}
