import ChipModel
import Runtime

/// Spikes step by step, and the power they are in the spike model, with the part up to the target accuracy marked (figure 7
/// of Ding et al. 2021).
struct ActivitySection: Sendable {
  let run: ReportRun

  /// Empty without spikes by step.
  var markup: PageMarkup {
    guard let spike = run.document.spike, let spikes = spike.spikesByStep, !spikes.isEmpty else { return "" }
    let means = spikes.map { Double($0) / run.samples }
    let most = means.max() ?? 0
    let y = Axis(0, most, widened: true)
    var chart = Chart(
      over: "step", means.count, y: y, title: "Spikes per step and inference",
      summary: "Spikes in each step, at most \(PageNumber.count(most))")
    let watts = spike.joulesPerSpike.map { $0 / SpikeProfile.stepSeconds }
    if let watts, watts > 0 {
      chart.right = (Axis(0, y.high * watts, kind: .unit("W")), "Power, spike model")
    }
    chart.addArea(means, marked: spike.stepsToTarget, name: targetName)
    chart.addCurve(means, name: "spikes", color: 1, attributes: run.series("energy.spike.spikesByStep", per: run.samples))
    return """
      <h2>Spikes and power over time</h2>
      <div class="pair"><figure>\(chart.markup)<figcaption>\(caption(spike, spikes))</figcaption></figure>
      \(chipEnergy)</div>
      """
  }

  /// What the step is called from which on the target accuracy is kept.
  private var targetName: String {
    run.document.spike?.target.map { "\(PageNumber.share($0)) accuracy" } ?? ""
  }

  /// The chip model's energy tick by tick, where the document has it.
  private var chipEnergy: PageMarkup {
    let d = run.document
    guard let joules = d.bill?.joulesByTick, joules.count > 1, run.chipJoules != nil else { return "" }
    let means = joules.map { $0 / run.samples }
    var chart = Chart(
      over: "tick", means.count, y: Axis(0, means.max() ?? 0, kind: .unit("J"), widened: true),
      title: "Energy per tick, chip model", summary: "The chip model's energy in each tick of an inference")
    // The output is read this many ticks after the step's own number.
    let lead = max(0, means.count - d.ticks)
    chart.addArea(means, marked: d.spike?.stepsToTarget.map { $0 + lead }, name: targetName)
    chart.addCurve(means, name: "energy", color: 1, attributes: run.series("energy.chip.joulesByTick", per: run.samples))
    let until = d.bill?.joulesToTarget.map { joules in
      "Until the target accuracy: \(run.value("energy.chip.joulesToTarget", joules, PageNumber.joules)) per inference, "
        + "static power included. "
    }
    return """
      <figure>\(chart.markup)<figcaption>\(until ?? "")All cores together, mean over the samples, without static \
      power.</figcaption></figure>
      """
  }

  private func caption(_ spike: SpikeEnergy, _ spikes: [Int]) -> String {
    guard let target = spike.stepsToTarget, let goal = spike.target, let joules = spike.joulesToTarget else {
      return "All layers together, mean over the samples."
    }
    let before = spikes.prefix(target).reduce(0.0) { $0 + Double($1) }
    let all = spikes.reduce(0.0) { $0 + Double($1) }
    let formula = RunResult.shareOfSpikes(until: target)
    let share = all > 0 ? ", \(run.derived(formula, before / all, PageNumber.share)) of all spikes" : ""
    return "All layers together, mean over the samples. Marked: up to "
      + "\(run.value("energy.spike.target", goal, PageNumber.share)) accuracy at step "
      + "\(run.value("energy.spike.stepsToTarget", target)), "
      + "\(run.value("energy.spike.joulesToTarget", joules, PageNumber.joules)) in the spike model\(share)."
  }
}
