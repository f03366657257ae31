import ChipModel
import Runtime

/// Spikes step by step, and the power they are in the spike model, with the part up to the target accuracy marked (figure 7
/// of Ding et al. 2021).
struct ActivitySection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  /// Empty without spikes by step.
  var markup: String {
    guard let spike = run.document.spike, let spikes = spike.spikesByStep, !spikes.isEmpty else { return "" }
    let means = spikes.map { Double($0) / run.samples }
    let most = means.max() ?? 0
    let y = Axis(0, most, widened: true)
    var chart = Chart(
      x: Axis(1, Double(max(2, means.count))), y: y, xTitle: "step", yTitle: "Spikes a step, an inference",
      summary: "Spikes in each step, at most \(PageNumber.count(most))")
    let watts = spike.joulesPerSpike.map { $0 / SpikeProfile.stepSeconds }
    if let watts, watts > 0 {
      chart.right = (Axis(0, y.high * watts, kind: .unit("W")), "Power, spike model")
    }
    let steps = ReportRun.drawn(means.count)
    func area(_ part: [Int]) -> [(x: Double, low: Double, high: Double)] {
      part.map { (x: Double($0 + 1), low: 0, high: means[$0]) }
    }
    if let target = spike.stepsToTarget {
      chart.addBand(area(steps.filter { $0 < target }), color: 2, style: "area")
      chart.addBand(area(steps.filter { $0 >= target - 1 }), color: 1, style: "band")
    } else {
      chart.addBand(area(steps), color: 1, style: "band")
    }
    chart.addLine(
      steps.map { (x: Double($0 + 1), y: means[$0]) }, color: 1,
      attributes: run.series("energy.spike.spikesByStep", spikes.map(Double.init)))
    if let target = spike.stepsToTarget, let goal = spike.target {
      chart.addUpright(Double(target), name: "\(PageNumber.share(goal)) accuracy", color: 2)
    }
    chart.addStrips(
      ReportRun.hovered(means.count).map { step in
        let power = watts.map { ", \(PageNumber.watts(means[step] * $0))" } ?? ""
        return (x: Double(step + 1), text: "step \(step + 1): \(PageNumber.count(means[step])) spikes\(power)")
      })
    return """
      <h2>Spikes and power over time</h2>
      <figure>\(chart.markup)<figcaption>\(caption(spike, spikes))</figcaption></figure>
      \(chipEnergy)
      """
  }

  /// The chip model's energy tick by tick, where the document has it.
  private var chipEnergy: String {
    let d = run.document
    guard let joules = d.bill?.joulesByTick, joules.count > 1, run.chipJoules != nil else { return "" }
    let means = joules.map { $0 / run.samples }
    var chart = Chart(
      x: Axis(1, Double(means.count)), y: Axis(0, means.max() ?? 0, kind: .unit("J"), widened: true), xTitle: "tick",
      yTitle: "Energy a tick, chip model", summary: "The chip model's energy in each tick of an inference")
    chart.heightClass = "short"
    let ticks = ReportRun.drawn(means.count)
    func area(_ part: [Int]) -> [(x: Double, low: Double, high: Double)] {
      part.map { (x: Double($0 + 1), low: 0, high: means[$0]) }
    }
    // The output is read this many ticks after the step's own number.
    let lead = max(0, means.count - d.ticks)
    let target = d.spike?.stepsToTarget.map { $0 + lead }
    chart.addBand(area(ticks.filter { $0 >= (target ?? 1) - 1 }), color: 1, style: "band")
    if let target {
      chart.addBand(area(ticks.filter { $0 < target }), color: 2, style: "area")
      chart.addUpright(Double(target), name: d.spike?.target.map { "\(PageNumber.share($0)) accuracy" } ?? "", color: 2)
    }
    chart.addLine(
      ticks.map { (x: Double($0 + 1), y: means[$0]) }, color: 1, attributes: run.series("energy.chip.joulesByTick", joules))
    chart.addStrips(
      ReportRun.hovered(means.count).map { (x: Double($0 + 1), text: "tick \($0 + 1): \(PageNumber.joules(means[$0]))") })
    let until = d.bill?.joulesToTarget.map { joules in
      "Until the target accuracy: \(run.value("energy.chip.joulesToTarget", joules, PageNumber.joules)) an inference, "
        + "static power included. "
    }
    return """
      <figure>\(chart.markup)<figcaption>\(until ?? "")All cores together, mean over the samples, without static \
      power.</figcaption></figure>
      """
  }

  private func caption(_ spike: RunDocument.Spike, _ spikes: [Int]) -> String {
    guard let target = spike.stepsToTarget, let goal = spike.target, let joules = spike.joulesToTarget else {
      return "All populations together, mean over the samples."
    }
    let before = spikes.prefix(target).reduce(0.0) { $0 + Double($1) }
    let all = spikes.reduce(0.0) { $0 + Double($1) }
    let share = all > 0 ? ", \(PageNumber.share(before / all)) of all spikes" : ""
    return "All populations together, mean over the samples. Marked: up to \(PageNumber.share(goal)) accuracy at step "
      + "\(target), \(PageNumber.joules(joules)) in the spike model\(share)."
  }
}
