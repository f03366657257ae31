import ChipModel
import Foundation
import Testing

@testable import nmsim

@Suite("nmsim report")
struct ReportCommandTests {
  @Test("writes the page, or prints it")
  func writes() throws {
    try Program.withFile(String(decoding: ReportFixtures.least, as: UTF8.self)) { file in
      let page = file + ".html"
      defer { try? FileManager.default.removeItem(atPath: page) }
      let written = invoke("report \(file) -o \(page)")
      let text = try String(contentsOfFile: page, encoding: .utf8)
      #expect(written.status == .success && written.error.isEmpty)
      #expect(written.output == "Wrote \(page) (\((text.utf8.count + 999) / 1000) kB): open it in a browser.\n")
      #expect(invoke("report \(file) -o \(page) --quiet").output.isEmpty)
      #expect(invoke("report \(file) -o -").output == text)
      let two = invoke("report \(file) \(file) -o -")
      #expect(two.status == .success && two.output.contains("2 runs compared"))
    }
  }

  @Test("says what is wrong in one line")
  func errors() throws {
    let missing = invoke("report /no/such/run.json")
    #expect(missing.status == .missingInput)
    #expect(
      missing.error
        == "nmsim: /no/such/run.json: no such result: make one with 'nmsim run' or 'nmsim sweep'\n")
    try TemporaryFolder.with { folder in
      // A folder is a sweep's.
      #expect(folder.invoke("report DIR").error.hasPrefix("nmsim: DIR/sweep.json: no such result: "))
      try folder.write("{\"format\": \"nmsim-sweep/1\", \"name\": \"s\", \"points\": []}", "sweep.json")
      #expect(folder.invoke("report DIR -o -").status == .success)
    }
    try Program.withFile("{\"format\": \"nmsim-network/1\"}") { file in
      let wrong = invoke("report \(file)")
      #expect(wrong.status == .badData)
      #expect(
        wrong.error == "nmsim: \(file): is a spiking network, not a run's result or a sweep's summary: give a run.json, "
          + "which 'nmsim run' writes\n")
    }
    let explanation = #"{"format": "nmsim-explain/1", "network": "n", "ticks": 4, "samples": 1, "accuracy": {}, "#
      + #""layers": []}"#
    try Program.withFile(explanation) { file in
      #expect(invoke("report \(file) -o -").output.contains("<p class=\"over\">nmsim explain report</p>"))
      let several = invoke("report \(file) \(file)")
      #expect(several.status == .usage)
      #expect(
        several.error == "nmsim: \(file): several explanations without a run: name one alone, or with its run: nmsim "
          + "report run.json \(file)\n")
      try Program.withFile(String(decoding: ReportFixtures.least, as: UTF8.self)) { run in
        let other = invoke("report \(file) \(run)")
        #expect(other.status == .badData)
        #expect(
          other.error == "nmsim: \(file): explains 'n' at 4 steps, \(run) has 'n' at 3 steps: explain a run's "
            + "network with --ticks 3\n")
      }
    }
    let many = invoke("report " + [String](repeating: "a.json", count: 65).joined(separator: " "))
    #expect(many.status == .usage)
    #expect(many.error == "nmsim: report: 65 results, one page compares 64 at most: give fewer\n")
    try Program.withFile(String(decoding: ReportFixtures.least, as: UTF8.self)) { file in
      #expect(invoke("report \(file) -o /no/such/folder/page.html").status == .cannotWrite)
    }
  }

  @Test(
    "the script moves what a step changes, shows values, sorts, and hides lines",
    .enabled(if: ReportCommandTests.browser != nil, "no Chromium on the PATH"))
  func script() throws {
    let browser = try #require(ReportCommandTests.browser)
    let script = """
      const frame = document.querySelector("iframe").contentWindow, page = frame.document, out = [];
      const slider = page.querySelector(".stepper input");
      slider.value = 5;
      slider.dispatchEvent(new frame.Event("input"));
      out.push(page.querySelector(".stepper output").textContent.split(" · ")[0]);
      out.push([...page.querySelectorAll(".cursor")].filter(line => line.getAttribute("d")).length > 3);
      const chart = page.querySelector("svg[data-plot]"), box = chart.getBoundingClientRect();
      chart.dispatchEvent(new frame.PointerEvent("pointermove",
        { bubbles: true, clientX: box.left + box.width - 16, clientY: box.top + box.height / 2 }));
      out.push(page.querySelector(".tip").textContent.split("\\n")[0]);
      const table = [...page.querySelectorAll("#counts table")][0];
      table.tHead.rows[0].cells[1].click();
      out.push([...table.tBodies[0].rows].map(row => row.cells[0].textContent).join(" "));
      [...page.querySelectorAll("#layers .legend li")].find(item => item.textContent === "conv2").click();
      out.push(page.querySelectorAll("#layers [data-series].off").length > 0);
      out.push(page.querySelectorAll(".tools button").length > 20);
      document.title = "found " + out.join("; ");
      """
    try TemporaryFolder.with { folder in
      let digits = try ReportFixtures.digits(chip: "generic-45nm", steps: 40, samples: 20)
      try folder.write(try ReportFixtures.page([digits]), "one.html")
      try folder.write(
        "<!DOCTYPE html><body><iframe src=\"one.html\" width=\"1280\" height=\"900\"></iframe>"
          + "<script>onload = () => {\(script)}</script>", "outer.html")
      let result = try Program.run(
        browser,
        [
          "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--enable-logging=stderr",
          "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=\(folder.path)/profile", "--virtual-time-budget=3000",
          "--dump-dom", "file://\(folder.path)/outer.html",
        ])
      #expect(!result.text.contains("CONSOLE"))
      let found = result.text.components(separatedBy: "<title>found ").dropFirst().first?.prefix { $0 != "<" }
      #expect(found == "step 5; true; step 40; output conv3 conv1 conv2; true; true", "\(result.text.prefix(1_000))")
    }
  }

  @Test(
    "what the slider and the pointer say is the run's",
    .enabled(if: ReportCommandTests.browser != nil, "no Chromium on the PATH"))
  func live() throws {
    let browser = try #require(ReportCommandTests.browser)
    let script = """
      const frame = document.querySelector("iframe").contentWindow, page = frame.document, out = { steps: [], tips: [] };
      const slider = page.querySelector(".stepper input");
      for (const step of [1, 7, 40]) {
        slider.value = step;
        slider.dispatchEvent(new frame.Event("input"));
        out.steps.push(page.querySelector(".stepper output").textContent);
      }
      for (const chart of page.querySelectorAll("svg[data-plot]:not([data-bent-x])")) {
        const box = chart.getBoundingClientRect();
        for (const share of [0.13, 0.5, 0.96]) {
          chart.dispatchEvent(new frame.PointerEvent("pointermove",
            { bubbles: true, clientX: box.left + box.width * share, clientY: box.top + box.height / 2 }));
          out.tips.push([chart.getAttribute("aria-label"), page.querySelector(".tip").textContent]);
        }
      }
      document.body.append(Object.assign(document.createElement("pre"), { textContent: JSON.stringify(out) }));
      """
    try TemporaryFolder.with { folder in
      for line in [
        "compile DIGITS/net.json --chip loihi-sanafe -o DIR/net.nmsim -q",
        "run DIR/net.nmsim --samples 20 --ticks 40 --per-tick -o DIR/run.json -q",
        "report DIR/run.json -o DIR/one.html -q",
      ] {
        try #require(folder.invoke(line).status == .success, "\(line)")
      }
      try folder.write(
        "<!DOCTYPE html><body><iframe src=\"one.html\" width=\"1280\" height=\"900\"></iframe>"
          + "<script>onload = () => {\(script)}</script>", "outer.html")
      let said = try Program.run(
        browser,
        [
          "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
          "--user-data-dir=\(folder.path)/profile", "--virtual-time-budget=3000", "--dump-dom", "file://\(folder.path)/outer.html",
        ]
      ).text
      let found = try #require(said.components(separatedBy: "<pre>").last?.components(separatedBy: "</pre>").first)
      let json = Markup.decoded(found.replacing("&nbsp;", with: "\u{A0}"))
      let document = try JSONNode(root: JSONParser.parse(Array(json.utf8)))
      let run = try JSONNode(root: JSONParser.parse(Array(folder.data("run.json"))))
      for (text, step) in zip(try document.member("steps").array(), [1, 7, 40]) {
        let parts = try text.string().components(separatedBy: " · ")
        let spikes = "sum(energy.spike.spikesByStep[0..<\(step)])"
        let all = try run.member("energy.chip.joulesByTick").array().count
        let ticks = try all - run.member("ticks").int() + step
        let still = (try? run.member("energy.chip.staticJoules").double()) == nil ? "0" : "energy.chip.staticJoules"
        let formulas = [
          "\(step)", "accuracyByStep[\(step - 1)]", "\(spikes) * energy.spike.joulesPerSpike / samples",
          "\(spikes) / sum(energy.spike.spikesByStep)",
          "(sum(energy.chip.joulesByTick[0..<\(ticks)]) + \(still) * \(ticks) / \(all)) / samples",
        ]
        #expect(parts.count == formulas.count)
        for (part, formula) in zip(parts, formulas) {
          let number = try #require(part.firstMatch(of: /[\d.]+(?:\u{A0}[a-zA-Zµ%]+)?/).map { String($0.0) })
          #expect(PageNumbers.says(number, try PageFormula.value(formula, run)), "\(part) is not \(formula)")
        }
      }
      let page = String(decoding: try folder.data("one.html"), as: UTF8.self)
      let lists = PageNumbers.lists(page)
      let tips = try document.member("tips").array()
      #expect(tips.count > 20)
      for tip in tips {
        let (label, text) = (try tip.array()[0].string(), try tip.array()[1].string())
        let rows = try #require(lists[label])
        let lines = text.components(separatedBy: "\n")
        let at = try #require(lines[0].split(separator: " ").last.flatMap { Double($0) }, "\(label): \(text)")
        let here = rows.filter { Double($0[1]).map { ($0 - at).magnitude <= 0.005 * at.magnitude } ?? false }
        #expect(lines.count > 1 && lines.count - 1 <= here.count)
        for line in lines.dropFirst() {
          let row = here.first { line.hasPrefix("\($0[0]): ") }
          let number = row.map { String(line.dropFirst($0[0].count + 2)) } ?? line
          let values = (row.map { one in here.filter { $0[0] == one[0] } } ?? here).compactMap { Double($0[2]) }
          #expect(values.contains { PageNumbers.says(number, $0) }, "\(label): \(text)")
        }
      }
    }
  }

  private static let browser = ["chromium", "chromium-browser", "google-chrome"].lazy.compactMap(Program.find).first

  @Test(
    "renders in a browser, light and dark: no message on its console, nothing wider than a phone or a desktop",
    .enabled(if: ReportCommandTests.browser != nil, "no Chromium on the PATH"), arguments: ["light", "dark"])
  func renders(_ scheme: String) throws {
    let browser = try #require(ReportCommandTests.browser)
    let folder = FileManager.default.temporaryDirectory.appending(path: "nmsim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let digits = try ReportFixtures.digits(chip: "generic-45nm", steps: 40, samples: 20)
    let explanation = try ReportFixtures.explanation(steps: 40)
    let other = try ReportFixtures.digits(chip: "loihi", steps: 20, samples: 20)
    try Data(try ReportFixtures.page([digits], explanation: explanation).utf8)
      .write(to: folder.appending(path: "one.html"))
    try Data(try ReportFixtures.page([digits, other]).utf8).write(to: folder.appending(path: "two.html"))
    // A page around both at two widths, which says how wide they become and on what colour they stand.
    let frames = """
      <!DOCTYPE html><body><iframe src="one.html" width="390" height="800"></iframe>
      <iframe src="one.html" width="1280" height="800"></iframe><iframe src="two.html" width="390" height="800"></iframe>
      <iframe src="two.html" width="1280" height="800"></iframe>
      <script>onload = () => { document.title = "widths " + [...document.querySelectorAll("iframe")].map(f => {
      const d = f.contentDocument; return d.documentElement.scrollWidth + " " + d.querySelectorAll("svg path").length
      + " " + f.contentWindow.getComputedStyle(d.body).backgroundColor.match(/[0-9]+/)[0] }).join(" ") }</script>
      """
    let outer = folder.appending(path: "frames.html")
    try Data(frames.utf8).write(to: outer)
    let result = try Program.run(
      browser,
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--enable-logging=stderr",
        "--host-resolver-rules=MAP * ~NOTFOUND", "--blink-settings=preferredColorScheme=\(scheme == "dark" ? 0 : 1)",
        "--user-data-dir=\(folder.path)/profile", "--virtual-time-budget=3000", "--dump-dom", outer.absoluteString,
      ])
    #expect(result.status == 0)
    // A request that the page made would be refused by its own policy, on the console.
    #expect(!result.text.contains("CONSOLE"))
    let title = result.text.components(separatedBy: "<title>widths ").dropFirst().first?.prefix { $0 != "<" }
    let numbers = (title ?? "").split(separator: " ").compactMap { Int($0) }
    try #require(numbers.count == 12, "\(result.text.prefix(2_000))")
    for (frame, width) in [390, 1_280, 390, 1_280].enumerated() {
      #expect(numbers[3 * frame] <= width && numbers[3 * frame + 1] > 10, "frame \(frame)")
      #expect((numbers[3 * frame + 2] < 100) == (scheme == "dark"), "frame \(frame)")
    }
    #expect(numbers[7] > numbers[1])
  }
}
