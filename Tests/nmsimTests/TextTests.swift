import Testing

@testable import Runtime
@testable import nmsim

@Suite("Table")
struct TableTests {
  private let unicode = TextStyle(width: 80, usesColor: false, usesUnicode: true)

  private var table: Table {
    var table = Table([.text("population"), .number("neurons"), .number("spikes"), .text("limit")])
    table.add(["conv1", 1152, 1_234_567, "membrane"])
    table.add(["output", 10, 0, ""])
    return table
  }

  @Test("text to the left, numbers to the right, thousands separated, no trailing blanks")
  func plain() {
    #expect(
      table.render(.plain) == """
        population  neurons     spikes  limit
        conv1         1,152  1,234,567  membrane
        output           10          0

        """)
  }

  @Test("totals stand under a rule")
  func footer() {
    var table = Table([.text("unit"), .number("count")])
    table.add(["core", 5])
    table.setFooter(["sum", 5])
    #expect(table.render(.plain) == "unit  count\ncore      5\n-----------\nsum       5\n")
  }

  @Test("the heading is bold when colour is on")
  func color() {
    let style = TextStyle(width: 80, usesColor: true, usesUnicode: true)
    #expect(table.render(style).hasPrefix("\u{1B}[1mpopulation  neurons     spikes  limit\u{1B}[0m\nconv1 "))
  }

  @Test("a table that is too wide shortens its first text column to fit 80 columns")
  func narrow() {
    var table = Table([.text("population"), .number("neurons"), .text("limited by")])
    let name = "features.layer3.block2.downsample.convolution.with.a.very.long.name.in.its.middle.weight"
    table.add([.text(name), 4096, "synapse memory of a core"])
    let lines = table.render(.plain).split(separator: "\n")
    #expect(lines.map(\.count).max() == 80)
    #expect(lines[1] == "features.layer3.block....in.its.middle.weight    4,096  synapse memory of a core")
    #expect(table.render(unicode).split(separator: "\n")[1].contains("\u{2026}"))
  }

  @Test("a table of more numbers than 80 columns hold goes on below, each part with the first column")
  func parts() {
    var table = Table([.text("name")] + (0..<12).map { .number("column\($0)") })
    table.add([.text("a")] + (0..<12).map { .text("\($0 * 100)") })
    let text = table.render(.plain)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.filter { $0.hasPrefix("name  column") }.count == 2 && lines.filter { $0.hasPrefix("a ") }.count == 2)
    for column in 0..<12 { #expect(text.contains("column\(column)") && text.contains(" \(column * 100)")) }
  }

  @Test("every table of texts fits 80 columns or has its text columns at the minimum", arguments: 0..<50)
  func fits(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let count = Int.random(in: 1...6, using: &random)
    let isNumber = (0..<count).map { _ in Bool.random(using: &random) }
    var table = Table(isNumber.map { $0 ? .number("n") : .text("t") })
    for _ in 0..<5 {
      table.add(
        isNumber.map {
          $0
            ? .count(Int.random(in: -1_000_000...1_000_000, using: &random))
            : .text(String(repeating: "äx漢", count: Int.random(in: 0..<30, using: &random)))
        })
    }
    let texts = isNumber.filter { !$0 }.count
    for line in table.render(unicode).split(separator: "\n") {
      #expect(
        line.isEmpty || String(line).displayWidth <= max(80, 8 * texts + 12 * (count - texts) + 2 * count),
        "seed \(seed)")
    }
  }

  @Test("hostile names cannot break the lines")
  func hostile() {
    var table = Table([.text("name")])
    table.add(["a\nb\u{1B}[31m"])
    #expect(table.render(.plain) == "name\na\\nb\\u{1B}[31m\n")
  }

  @Test("counts that fill 64 bits are printed, though no double holds them")
  func largestCount() {
    var place = BusiestPlace()
    place.operation = "messagesIn"
    place.core = 0
    place.count = Int.max
    #expect(BusiestText.text(place, samples: 1).contains("9,223,372,036,854,775,807 per inference"))
  }

  @Test("missing cells are empty, surplus cells dropped, no columns is nothing")
  func cells() {
    var table = Table([.text("a"), .number("b")])
    table.add(["x"])
    table.add(["x", 1, 2])
    #expect(table.render(.plain) == "a  b\nx\nx  1\n")
    #expect(Table([]).render(.plain).isEmpty)
  }

  @Test("labels are not shortened: what does not fit beside them goes on below")
  func labels() {
    var table = Table([.label("point"), .number("accuracy"), .number("operations on the chip")])
    table.add(["generic-45nm 1,024 neurons w4 T=16", "98.25 %", "1"])
    let lines = table.render(TextStyle(width: 60, usesColor: false, usesUnicode: false)).split(separator: "\n")
    #expect(lines.count == 4 && lines.allSatisfy { $0.count <= 60 })
    #expect(lines.count { $0.hasPrefix("generic-45nm 1,024 neurons w4 T=16") } == 2)
  }
}

@Suite("Number format")
struct NumberFormatTests {
  @Test(
    "SI prefixes with three digits",
    arguments: [
      (4.83e-6, "4.83 uJ"), (0, "0 J"), (1, "1.00 J"), (999.4, "999 J"), (999.6, "1.00 kJ"), (-0.0125, "-12.5 mJ"),
      (9.999e-10, "1.00 nJ"), (23.6e-12, "23.6 pJ"), (1.5e13, "15.0 TJ"), (9.96e-3, "9.96 mJ"), (9.999e-3, "10.0 mJ"),
      (Double.leastNonzeroMagnitude, "5e-324 J"), (.infinity, "infinity J"), (1.7e308, ""),
    ])
  func si(_ value: Double, _ text: String) {
    if value == 1.7e308 {
      // No more than that it ends and names the unit: nobody reads such a number.
      #expect(NumberFormat.joules(value).hasSuffix("TJ"))
    } else {
      #expect(NumberFormat.joules(value) == text)
    }
  }

  @Test("unknown is said, not shown as zero")
  func unknown() {
    #expect(NumberFormat.joules(nil) == "unknown")
    #expect(NumberFormat.percent(nil) == "unknown")
    #expect(NumberFormat.decimal(nil, places: 2) == "unknown")
  }

  @Test("counts, percentages, decimals and clocks")
  func others() {
    #expect(NumberFormat.count(0) == "0")
    #expect(NumberFormat.count(-1_234) == "-1,234")
    #expect(NumberFormat.count(.min) == "-9,223,372,036,854,775,808")
    #expect(NumberFormat.percent(0.98713) == "98.71 %")
    #expect(NumberFormat.percent(1, places: 0) == "100 %")
    #expect(NumberFormat.decimal(1234.5, places: 1) == "1,234.5")
    #expect(NumberFormat.decimal(0.05, places: 2) == "0.05")
    #expect(NumberFormat.decimal(-0.001, places: 2) == "0.00")
    #expect(NumberFormat.decimal(1e18, places: 2) == "1,000,000,000,000,000,000")
    #expect(NumberFormat.decimal(.nan, places: 2) == "not a number")
    #expect(NumberFormat.clock(6.2) == "0:07")
    #expect(NumberFormat.clock(3723) == "1:02:03")
    #expect(NumberFormat.clock(.infinity) == "-:--")
  }
}

@Suite("Sparkline")
struct SparklineTests {
  private let unicode = TextStyle(width: 80, usesColor: false, usesUnicode: true)

  @Test("eight levels in blocks, or in ASCII")
  func levels() {
    #expect(Sparkline.render([0, 1, 2, 3, 4, 5, 6, 7], width: 8, style: unicode) == "▁▂▃▄▅▆▇█")
    #expect(Sparkline.render([0, 1, 2, 3, 4, 5, 6, 7], width: 8, style: .plain) == "_.-:=+*#")
  }

  @Test("long series are averaged to the width, short ones keep theirs")
  func width() {
    #expect(Sparkline.render([0, 0, 7, 7], width: 2, style: unicode) == "▁█")
    #expect(Sparkline.render([0, 7], width: 60, style: unicode) == "▁█")
    #expect(Sparkline.render(Array(repeating: 1, count: 1_000), width: 60, style: unicode).count == 60)
  }

  @Test("a fixed range, constants, gaps and extremes")
  func special() {
    #expect(Sparkline.render([0.5, 2, -1], width: 8, range: 0...1, style: unicode) == "▅█▁")
    #expect(Sparkline.render([3, 3], width: 8, style: unicode) == "▁▁")
    #expect(Sparkline.render([0, .nan, 1], width: 8, style: unicode) == "▁ █")
    #expect(Sparkline.render([.nan], width: 8, style: unicode) == " ")
    #expect(
      Sparkline.render(
        [-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude], width: 8, style: unicode) == "▁█")
    #expect(Sparkline.render([], width: 8, style: unicode).isEmpty)
    #expect(Sparkline.render([1], width: 0, style: unicode).isEmpty)
  }
}

@Suite("Error text")
struct ErrorTextTests {
  private struct Strange: Error, CustomStringConvertible { let description = "it broke\nbadly" }

  @Test("one line: file, what is wrong, what to do")
  func line() {
    let error = CommandError(.badData, subject: "net.json", problem: "12:3: no key 'neruon'", remedy: "write 'neuron'")
    #expect(ErrorText.line(for: error) == "nmsim: net.json: 12:3: no key 'neruon': write 'neuron'")
  }

  @Test("a line is one line, whatever the names and the error say")
  func strange() {
    #expect(
      ErrorText.line(for: CommandError(.badData, subject: "a\rb", message: "\(Strange())")) == "nmsim: a\\rb: it broke\\nbadly")
  }

  @Test("a line is bounded, whatever is in it")
  func bounded() {
    let long = String(repeating: "x", count: 65_536)
    let line = ErrorText.line(for: CommandError(.badData, subject: long, problem: long, remedy: long))
    #expect(line.utf8.count < 10_000 && line.hasPrefix("nmsim: xxx") && line.contains("..."))
    let path = String(repeating: "p", count: 4_096)
    #expect(ErrorText.line(for: CommandError(.badData, subject: path, problem: "a")) == "nmsim: \(path): a")
  }

  @Test("control and invisible characters are written out, others stay")
  func escaped() {
    #expect(ErrorText.escaped("a\t\u{7F}\u{85}\u{200B}\u{2028}ä漢") == "a\\t\\u{7F}\\u{85}\\u{200B}\\u{2028}ä漢")
    #expect(ErrorText.alternatives(["a", "b", "c"]) == "a, b or c")
  }
}
