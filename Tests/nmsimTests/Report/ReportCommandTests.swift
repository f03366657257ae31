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
        == "nmsim: /no/such/run.json: no such result: make one with 'nmsim run', or name one: nmsim report FILE.json\n")
    try Program.withFile("{\"format\": \"nmsim-network/1\"}") { file in
      let wrong = invoke("report \(file)")
      #expect(wrong.status == .badData)
      #expect(
        wrong.error == "nmsim: \(file): line 1, column 12: format: not a run's result; expected \"nmsim-run/1\", as "
          + "'nmsim run' writes it\n")
    }
    let many = invoke("report " + [String](repeating: "a.json", count: 65).joined(separator: " "))
    #expect(many.status == .usage)
    #expect(many.error == "nmsim: report: 65 results, one page compares 64 at most: give fewer\n")
    try Program.withFile(String(decoding: ReportFixtures.least, as: UTF8.self)) { file in
      #expect(invoke("report \(file) -o /no/such/folder/page.html").status == .cannotWrite)
    }
  }

  private static let browser = ["chromium", "chromium-browser", "google-chrome"].lazy.compactMap(Program.find).first

  @Test(
    "renders in a browser: no message on its console, nothing wider than a phone",
    .enabled(if: ReportCommandTests.browser != nil, "no Chromium on the PATH"))
  func renders() throws {
    let browser = try #require(ReportCommandTests.browser)
    let folder = FileManager.default.temporaryDirectory.appending(path: "nmsim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let digits = try ReportFixtures.digits(chip: "generic-45nm", steps: 40, samples: 20)
    try Data(try ReportFixtures.page([digits]).utf8).write(to: folder.appending(path: "one.html"))
    try Data(try ReportFixtures.page([digits, digits]).utf8).write(to: folder.appending(path: "two.html"))
    // A page around both, as wide as a phone, that says how wide they become.
    let frames = """
      <!DOCTYPE html><body><iframe src="one.html" width="390" height="800"></iframe>
      <iframe src="two.html" width="390" height="800"></iframe>
      <script>onload = () => { document.title = "widths " + [...document.querySelectorAll("iframe")].map(
      f => f.contentDocument.documentElement.scrollWidth + " " + f.contentDocument.querySelectorAll("svg path").length
      ).join(" ") }</script>
      """
    let outer = folder.appending(path: "frames.html")
    try Data(frames.utf8).write(to: outer)
    let result = try Program.run(
      browser,
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--enable-logging=stderr",
        "--user-data-dir=\(folder.path)/profile", "--virtual-time-budget=3000", "--dump-dom", outer.absoluteString,
      ])
    #expect(result.status == 0)
    #expect(!result.text.contains("CONSOLE"))
    let title = result.text.components(separatedBy: "<title>widths ").dropFirst().first?.prefix { $0 != "<" }
    let numbers = (title ?? "").split(separator: " ").compactMap { Int($0) }
    try #require(numbers.count == 4, "\(result.text.prefix(2_000))")
    #expect(numbers[0] <= 390 && numbers[2] <= 390 && numbers[1] > 10 && numbers[3] > numbers[1])
  }
}
