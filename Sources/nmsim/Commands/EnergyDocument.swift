import ChipModel
import Runtime

/// A run's document as the energy bill needs it: everything the three models are made of is there.
struct EnergyDocument {
  let run: RunDocument
  var profile: String
  var joulesPerSpike: Double
  var spikeSource: String?
  let spikesByStep: [Int]
  let target: Double
  let bill: RunDocument.Bill

  /// - Throws: an error with the file, line and column, exit status 65, or 66 for a missing file.
  init(reading path: String) throws(CommandError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileReader.bytes(of: path, limit: 256 << 20)
    } catch {
      var problem = CommandError(error)
      if path == "run.json" { problem.remedy = "make one with 'nmsim run', or name one: nmsim energy FILE" }
      throw problem
    }
    try self.init(text: bytes, path: path)
  }

  /// The same for a text in memory.
  /// - Parameter path: what errors call it.
  init(text: [UInt8], path: String) throws(CommandError) {
    do throws(JSONError) {
      run = try RunDocument(reading: text)
    } catch {
      throw CommandError(.badData, subject: path, message: error.description)
    }
    guard let spike = run.spike, let joules = spike.joulesPerSpike, let spikes = spike.spikesByStep, let bill = run.bill
    else {
      throw CommandError(
        .badData, subject: path, problem: "has no counts to price ('energy.spike' and 'energy.chip')",
        remedy: "run the program again with 'nmsim run'")
    }
    profile = spike.profile ?? "unknown"
    joulesPerSpike = joules
    spikeSource = spike.source
    spikesByStep = spikes
    target = spike.target ?? SpikeEnergy.standardTarget
    self.bill = bill
  }

  /// The four bills of the operation model that are there, in the order of the page.
  var operations: [(key: String, name: String, bill: RunDocument.Operation.Bill)] {
    [
      ("snn", "spiking, fp32", run.operation.snn), ("snnInteger", "spiking, integer", run.operation.snnInteger),
      ("ann", "ANN, fp32", run.operation.ann), ("annQuantised", "ANN, same bits", run.operation.annQuantised),
    ].compactMap { key, name, bill in bill.map { (key, name, $0) } }
  }

  // MARK: - The spike model, from what the run counted

  mutating func use(_ profile: SpikeProfile) {
    self.profile = profile.name
    joulesPerSpike = profile.joulesPerSpike.value
    spikeSource = profile.joulesPerSpike.provenance
  }

  var spikes: Int { spikesByStep.reduce(0) { $0 &+ $1 } }

  var spikeEnergyPerInference: Double { run.samples == 0 ? 0 : Double(spikes) * joulesPerSpike / Double(run.samples) }

  var stepsToTarget: Int? { run.accuracyByStep?.firstIndex { $0 >= target }.map { $0 + 1 } }

  var spikeEnergyToTarget: Double? {
    guard let steps = stepsToTarget, run.samples > 0 else { return nil }
    return Double(spikesByStep.prefix(steps).reduce(0) { $0 &+ $1 }) * joulesPerSpike / Double(run.samples)
  }

  var watts: Double { spikeEnergyPerInference / (Double(run.ticks) * SpikeProfile.stepSeconds) }
}
