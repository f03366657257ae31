import ChipModel

/// A run on input that has a time of its own, as recordings of a sensor have: whether the chip keeps up, and what
/// flows while the input lasts. A chip that is done with a step waits for the next one, and its static power flows
/// on; one that is slower takes the time of its ticks.
package struct RealTime: JSONRecord {
  package var secondsPerStep = 0.0
  package var secondsOfInput = 0.0
  package var speed: Double?
  package var secondsPerInference: Double?
  package var idleJoules: Double?
  package var joulesPerInference: Double?
  package var watts: Double?
  package var wattsBySecond: [Double]?
  package init() {}

  /// - Parameters:
  ///   - result: of the run, with its energy and time.
  ///   - secondsPerStep: of the input, above 0.
  package init(_ result: RunResult, secondsPerStep: Double) {
    self.init()
    self.secondsPerStep = secondsPerStep
    secondsOfInput = Double(result.ticks) * secondsPerStep
    let tick = result.time.secondsPerTick
    speed = tick.flatMap { $0 > 0 ? secondsPerStep / $0 : nil }
    let ticks = result.ticksPerInference ?? result.ticks
    // Where the chip's own time is unknown it is taken to keep up.
    let length = max(secondsPerStep, tick ?? 0)
    let seconds = Double(ticks) * length
    secondsPerInference = seconds
    guard let bill = result.bill, bill.isPriced || bill.staticWatts != nil, result.samples > 0, seconds > 0 else {
      return
    }
    idleJoules = bill.staticWatts.map { $0 * seconds }
    let joules = bill.actionJoules / Double(result.samples) + (idleJoules ?? 0)
    joulesPerInference = joules
    watts = joules / seconds
    guard let byTick = bill.joulesByTick, byTick.count == ticks, seconds <= RealTime.mostSeconds else { return }
    var spent = [Double](repeating: 0, count: max(1, Int(seconds.rounded(.up))))
    for tick in byTick.indices {
      spent[min(spent.count - 1, Int(Double(tick) * length))] += byTick[tick] / Double(result.samples)
    }
    wattsBySecond = spent.indices.map { spent[$0] / min(1, seconds - Double($0)) + (bill.staticWatts ?? 0) }
  }

  /// Longer inputs have no list of seconds.
  private static let mostSeconds = 1e5

  package static let fields: [JSONField<RealTime>] = [
    .required("secondsPerStep", \.secondsPerStep, .amount, "of the input", unit: "s"),
    .required("secondsOfInput", \.secondsOfInput, .amount, "that a sample lasts", unit: "s"),
    .optional(
      "speed", \.speed, .amount, "a step of the input over a tick: above 1 the chip is faster than real time",
      null: "where the chip lacks a time"),
    .optional(
      "secondsPerInference", \.secondsPerInference, .amount,
      "ticks of an inference, each as long as a step of the input or, if longer, the chip's own", unit: "s"),
    .optional(
      "idleJoules", \.idleJoules, .amount, "static power over that time", unit: "J",
      null: "where static power is unknown"),
    .optional(
      "joulesPerInference", \.joulesPerInference, .amount, "actions and static power over that time, chip model",
      unit: "J",
      null: unpriced),
    .optional("watts", \.watts, .amount, "mean power", unit: "W", null: unpriced),
    .optional(
      "wattsBySecond", \.wattsBySecond, .amounts, "mean power in each second, the last one's of what there is of it",
      unit: "W",
      null: "where ticks were not counted"),
  ]
  private static let unpriced = "where nothing has a price"
}
