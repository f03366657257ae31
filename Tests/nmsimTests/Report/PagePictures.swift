import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

/// The values that pictures of a page list, held against the documents.
extension PageNumbers {
  private struct Drawn {
    var label: String
    var run: String
    var elements: [Markup.Element]
    var rows: [[String]]
  }

  /// Every row that a picture lists is computed again.
  /// - Returns: what the pictures are called.
  func checkPictures() throws -> [String] {
    let elements = Markup(page).elements
    let starts = elements.indices.filter { elements[$0].name == "svg" } + [elements.count]
    var labels: [String] = []
    for (start, end) in zip(starts, starts.dropFirst()) {
      let list = try #require(elements[start..<end].first { $0.name == "metadata" })
      let inner = Array(elements[start..<end].prefix { $0.name != "metadata" })
      let rows = list.text.split(separator: "\n").dropFirst().map { Self.cells(String($0)) }
      // Of a page of several runs the report that it stands in.
      let report = elements[..<start].last { $0.name == "article" }?.attributes["id"]?.replacing("run-", with: "run")
      let run = inner.lazy.compactMap { $0.attributes["data-run"] }.first.map { "run\($0)" } ?? report
      let drawn = Drawn(
        label: try #require(inner[0].attributes["aria-label"]), run: run ?? (documents["sweep"] == nil ? "run1" : "sweep"),
        elements: inner, rows: rows)
      #expect(!rows.isEmpty, "\(drawn.label)")
      let wrong = try unexplained(drawn)
      #expect(wrong.isEmpty, "\(drawn.label): \(wrong.prefix(3)) of \(rows.count)")
      labels.append(drawn.label)
    }
    return labels
  }

  /// The rows that each picture lists, by what it is called.
  static func lists(_ page: String) -> [String: [[String]]] {
    var (lists, label): ([String: [[String]]], String) = ([:], "")
    for element in Markup(page).elements {
      if element.name == "svg" { label = element.attributes["aria-label"] ?? "" }
      if element.name == "metadata" { lists[label] = element.text.split(separator: "\n").dropFirst().map { cells(String($0)) } }
    }
    return lists
  }

  static func cells(_ line: String) -> [String] {
    var (cells, isQuoted) = ([""], false)
    for character in line {
      if character == "\"" { isQuoted.toggle() }
      else if character == ",", !isQuoted { cells.append("") }
      else { cells[cells.count - 1].append(character) }
    }
    return cells
  }

  private func near(_ text: String, _ value: Double?) -> Bool {
    guard let value, let shown = Double(text) else { return false }
    return (shown - value).magnitude <= 1e-9 * value.magnitude + 1e-300
  }

  /// Rows that no rule gives.
  private func unexplained(_ drawn: Drawn) throws -> [[String]] {
    let root = try #require(documents[drawn.run] ?? documents["run1-explanation"])
    let samples = try root.member(drawn.run == "sweep" ? "points[0].samples" : "samples").double()
    var left = drawn.rows
    var seen: [[String]] = []
    /// Takes rows of a series, or the next so many, that are these values.
    func take(_ expected: [Double], column: Int, of series: String? = nil, count: Int? = nil) {
      let all = left.indices.filter { series == nil || left[$0][0] == series && !left[$0][1].isEmpty }
      let rows = Array(all.prefix(count ?? all.count))
      guard rows.count == expected.count, zip(rows, expected).allSatisfy({ near(left[$0][column], $1) }) else { return }
      seen += rows.map { left[$0] }
      left = left.indices.filter { !rows.contains($0) }.map { left[$0] }
    }
    // What names its path.
    for element in drawn.elements {
      guard let path = element.attributes["data-path"] else { continue }
      let values = try document(element.attributes).member(path).doubles()
      let divisor = element.attributes["data-divisor"].flatMap { Double($0) } ?? 1
      var sum = 0.0
      let expected = values.map { value in
        sum += value
        return (element.attributes["data-sum"] == nil ? value : sum) / divisor
      }
      if let series = element.attributes["data-series"] {
        take(expected, column: 2, of: series)
      } else {
        take(expected, column: 2, count: expected.count)
      }
    }
    let label = drawn.label
    if label.hasSuffix(", by core") {
      let all = try root.member("cores").array()
      let expected = try all.indices.map { index -> Double in
        func core(_ key: String) throws -> Double { try root.member("cores[\(index)].\(key)").double() }
        if label.hasPrefix("Layers; neurons") { return try core("neurons") }
        if label.hasPrefix("Messages in and out") { return try (core("messagesIn") + core("messagesOut")) / samples }
        if label.hasPrefix("Energy per inference") {
          return try root.member("energy.chip.joulesByCore[\(index)]").double() / samples
        }
        return try core("synapticOperations") / samples
      }
      take(expected, column: 4)
    } else if label.hasPrefix("Share of each limit") {
      for (name, used, limit) in [
        ("Neurons", "cores[*].neurons", "mesh.limits.neurons"), ("Synapse memory", "fit.synapseBits", "fit.synapseBitsPerCore"),
        ("Input axons", "cores[*].inputAxons", "mesh.limits.inputAxons"),
        ("Output axons", "cores[*].outputAxons", "mesh.limits.outputAxons"),
      ] where left.contains(where: { $0[0] == name }) {
        let shares = try PageFormula.list(used, root).map { try $0 / root.member(limit).double() }
        take(shares.sorted(by: >), column: 2, of: name)
      }
    } else if label.hasPrefix("Spikes that each core sends") {
      let ends = try root.member("details.steps").doubles()
      for (index, core) in try root.member("cores").array().enumerated() {
        var sums = [Double](repeating: 0, count: ends.count)
        var members = try core.object()
        for layer in try members.required("layers").array() {
          let name = try layer.member("name").string()
          for population in try root.member("details.populations").array() where try population.member("name").string() == name {
            let share = try layer.member("neurons").double() / population.member("neurons").double()
            for (step, spikes) in try population.member("spikes").doubles().enumerated() {
              sums[step] += spikes * share / (ends[step] - (step > 0 ? ends[step - 1] : 0)) / samples
            }
          }
        }
        left.removeAll { row in row[0] == "core \(index)" && ends.firstIndex { near(row[1], $0) }.map { near(row[2], sums[$0]) } == true }
      }
    } else if label.hasPrefix("Samples by the latency") {
      let (counts, ticks) = (try root.member("decisionSteps").doubles(), try root.member("ticks").double())
      let lead = try root.member("ticksPerInference").double() - ticks
      let tick = (try? root.member("time.secondsPerTick").double()) ?? 1
      var before = 0.0
      for row in left {
        let end = try #require(Double(row[1]))
        let sum = counts.enumerated().filter {
          let time = (lead + Double($0.offset + 1)) * tick
          return time > before * (1 + 1e-9) && time <= end * (1 + 1e-9)
        }.reduce(0) { $0 + $1.element }
        if near(row[2], sum) { left.removeAll { $0 == row } }
        before = end
      }
    } else if label.hasPrefix("Outputs by their difference") {
      let found = try #require(documents["\(drawn.run)-explanation"] ?? documents["run1-explanation"])
      let (least, most) = try (
        found.member("outputDifferences.least").double(), found.member("outputDifferences.most").double())
      let counts = try found.member("outputDifferences.counts").doubles()
      let ends = counts.indices.map { least + Double($0 + 1) * (most - least) / Double(counts.count) }
      if zip(left, ends).allSatisfy({ near($0[1], $1) }) { take(counts, column: 2) }
    } else if label.hasPrefix("Operations per second") {
      try takeRoofline(&left, root, samples)
    } else if label.hasPrefix("Accuracy against") || label.hasPrefix("Accuracy over") {
      try takeAccuracies(&left, label, root)
    }
    // The front goes through other rows.
    let others = drawn.rows.filter { $0[0] != "Pareto front" }
    left.removeAll { row in row[0] == "Pareto front" && others.contains { $0[1] == row[1] && $0[2] == row[2] } }
    // Intervals of what was found.
    for row in seen + drawn.rows where row.count > 3 && !row[3].isEmpty && label.hasPrefix("Accuracy over") {
      let bounds = AccuracySection.interval(Double(row[2]) ?? -1, Int(samples))
      if !near(row[3], bounds.low) || !near(row[4], bounds.high) { left.append(row) }
    }
    return left
  }

  private func takeRoofline(_ left: inout [[String]], _ root: JSONNode, _ samples: Double) throws {
    left.removeAll { row in
      let words = row[0].split(separator: " ")
      if let number = Int(row[0].prefix { $0.isNumber }), documents["sweep"] != nil {
        let path = "points[\(number - 1)].result"
        return near(row[1], try? root.member("\(path).operationsPerMessage").double())
          && near(row[2], try? root.member("\(path).operationsPerSecond").double())
      }
      if words.first == "core", let index = Int(words[1].dropLast()) {
        func core(_ formula: String) -> Double? { try? PageFormula.value(formula, root) }
        let path = "cores[\(index)]"
        return near(row[1], core("\(path).synapticOperations / \(path).messagesIn"))
          && near(row[2], core("\(path).synapticOperations / (time.secondsPerInference * samples)"))
      }
      // A limit: level, or as many operations per second as the messages of one bring.
      guard let x = Double(row[1]) else { return false }
      let roots = documents["sweep"] == nil
        ? ["roofline"] : (try? root.member("points").array())?.indices.map { "points[\($0)].result" } ?? []
      return roots.contains { path in
        near(row[2], try? PageFormula.value("1 / \(path).secondsPerOperation", root))
          || near(row[2], try? PageFormula.value("\(x) / \(path).secondsPerMessage", root))
      }
    }
  }

  private func takeAccuracies(_ left: inout [[String]], _ label: String, _ root: JSONNode) throws {
    let costs = [
      ("energy, chip model", "chipJoules", "energy.chip.joulesPerInference"),
      ("energy, spike model", "spikeJoules", "energy.spike.joulesPerInference"),
      ("energy, operation model", "operationJoules", "energy.operation.snn.joulesPerInference"),
      ("energy, lemaire model", "lemaireJoules", "energy.lemaire.joulesPerInference"),
      ("energy, quantised twin", "quantisedTwinJoules", "energy.quantisedTwin.joulesPerInference"),
      ("time per inference", "secondsPerInference", ""), ("ticks per inference", "ticksPerInference", ""),
      ("cores of", "cores", ""), ("area", "squareMillimetres", ""), ("steps to", "", "ticks"),
      ("time to", "", "time.secondsPerInference"),
    ]
    let cost = costs.first { label.lowercased().hasPrefix("accuracy against \($0.0)") }
    func value(_ path: String, _ root: JSONNode) -> Double? { try? root.member(path).double() }
    left.removeAll { row in
      // A level.
      if row[1].isEmpty { return documents.values.contains { near(row[2], value("ann.accuracyOnTheseSamples", $0)) } }
      guard let cost, let number = Int(row[0].prefix { $0.isNumber }) else { return false }
      if documents["sweep"] != nil {
        let path = "points[\(number - 1)].result"
        let isPoint = near(row[1], value("\(path).\(cost.1)", root)) && near(row[2], value("\(path).accuracy", root))
        return isPoint && (row.count < 4 || row[3].isEmpty || near(row[3], value("\(path).accuracyInterval[0]", root))
          && near(row[4], value("\(path).accuracyInterval[1]", root)))
      }
      guard let run = documents["run\(number)"], let ticks = value("ticks", run).map({ Int($0) }) else { return false }
      if near(row[1], value(cost.2, run)), near(row[2], value("accuracy", run)) { return true }
      return (0..<ticks).contains { step in
        guard near(row[2], value("accuracyByStep[\(step)]", run)) else { return false }
        switch cost.2 {
        case "ticks": return near(row[1], Double(step + 1))
        case "time.secondsPerInference":
          let formula = "(\(step + 1) + ticksPerInference - ticks) * time.secondsPerTick"
          return near(row[1], try? PageFormula.value(formula, run))
        default:
          let formula = "sum(energy.spike.spikesByStep[0..<\(step + 1)]) * energy.spike.joulesPerSpike / samples"
          return near(row[1], try? PageFormula.value(formula, run))
        }
      }
    }
  }
}
