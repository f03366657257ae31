import Runtime

/// A slider over the steps that moves accuracy, energy and load together. The page's script fills it from the embedded result;
/// without it the page reads the same, and this is not shown.
struct StepSlider: Sendable {
  let run: ReportRun

  var markup: PageMarkup {
    let steps = run.document.ticks
    guard steps > 1, run.document.accuracyByStep != nil || run.document.spike?.spikesByStep != nil else { return "" }
    return """
      <p class="stepper script"><label>If it stopped at step <input type="range" min="1" max="\(steps)" value="\(steps)"></label> \
      <output></output></p>
      """
  }
}
