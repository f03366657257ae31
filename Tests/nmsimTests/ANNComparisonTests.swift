import ChipModel
import Compiler
import Foundation
import Runtime
import Testing

@testable import nmsim

/// The ANN beside a run: on the run's own samples, paired.
@Suite("the ANN on a run's own samples")
struct ANNComparisonTests {
  private static let tutorial = URL(filePath: TemporaryFolder.digits).deletingLastPathComponent()
    .appending(path: "tutorial/model.onnx")
  private let data = "--input DIGITS/test-images.npy --samples 150"
  private let fewer = "--input DIGITS/test-images.npy --samples 20"

  /// The tutorial's network, converted and compiled in a folder of its own, few steps so that it differs from the ANN.
  private func with(_ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      try FileManager.default.copyItem(at: Self.tutorial, to: URL(filePath: folder.path + "/model.onnx"))
      let convert = folder.invoke(
        "convert DIR/model.onnx --method max-norm --steps 5 --calibration DIGITS/test-images.npy --calibration-samples 60 "
          + "--input-scale 1/16 -o DIR/net.json -q")
      try #require(convert.status == .success, "\(convert.error)")
      let compile = folder.invoke("compile DIR/net.json --chip ideal -o DIR/net.nmsim -q")
      try #require(compile.status == .success, "\(compile.error)")
      try body(folder)
    }
  }

  private func run(
    _ folder: TemporaryFolder, _ more: String = "", on data: String? = nil, says: String = ""
  ) throws -> RunResult {
    let result = folder.invoke("run DIR/net.nmsim \(data ?? self.data) \(more) --no-timing -q --json DIR/run.json")
    #expect(result.status == .success)
    #expect(result.error == says)
    return try RunResult(reading: folder.data("run.json").map { $0 })
  }

  @Test("its accuracy, the difference and the paired interval are of these samples, and target and text follow")
  func paired() throws {
    try with { folder in
      let run = try run(folder, "--predictions DIR/p.csv")
      let model = try ConvertCommand.readModel(folder.path + "/model.onnx").network
      let set = try DatasetLoader.load(images: TemporaryFolder.digits + "/test-images.npy", expectedShape: [1, 8, 8])
      let values = try FloatSamples(set, 0..<150, preprocessing: Preprocessing(scale: 1.0 / 16))
      let decisions = try FloatEvaluator(model).predictions(values)
      let rows = try folder.text("p.csv").split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
      let labels = rows.compactMap { Int($0[1]) }
      let predictions = rows.compactMap { Int($0[2]) }
      let right = zip(decisions, labels).count { $0 == $1 }
      let only = zip(zip(predictions, decisions), labels).reduce(into: (b: 0.0, c: 0.0)) { sum, sample in
        let ((snn, ann), label) = sample
        if snn == label && ann != label { sum.b += 1 }
        if snn != label && ann == label { sum.c += 1 }
      }
      #expect(only.c > 0)
      #expect(run.ann.accuracyOnTheseSamples == Double(right) / 150)
      #expect(run.ann.difference == (run.accuracy ?? 0) - Double(right) / 150)
      let spread = 1.96 * (only.b + only.c - (only.b - only.c) * (only.b - only.c) / 150).squareRoot() / 150
      let interval = try #require(run.ann.differenceInterval)
      #expect(abs(interval.lowerBound - ((only.b - only.c) / 150 - spread)) < 1e-12)
      #expect(abs(interval.upperBound - ((only.b - only.c) / 150 + spread)) < 1e-12)
      #expect(run.spike?.target == Double(right) / 150 - 0.01)
      #expect(try self.run(folder, "--target 0.5").spike?.target == 0.5)
      let text = folder.invoke("run DIR/net.nmsim \(data) --json DIR/run.json").output
      #expect(text.contains("the ANN        \(NumberFormat.percent(Double(right) / 150)) on them: "), "\(text)")
      let page = folder.invoke("report DIR/run.json -o DIR/page.html -q")
      #expect(page.status == .success)
      #expect(try folder.text("page.html").contains("on the same samples"))
    }
  }

  @Test("decisions are kept and believed, for fewer samples too; changed, or of other data, they are found again")
  func kept() throws {
    try with { folder in
      let first = try run(folder)
      let path = folder.path + "/net.ann"
      let text = try folder.text("net.ann")
      var record = try KeptDecisions(reading: folder.data("net.ann").map { $0 })
      #expect(record.decisions.count == 150)
      // What is kept is believed: other decisions give another accuracy.
      let set = try DatasetLoader.load(images: TemporaryFolder.digits + "/test-images.npy", expectedShape: [1, 8, 8])
      record.decisions = record.decisions.map { _ in 0 }
      record.keep(in: path, set)
      #expect(try run(folder).ann.accuracyOnTheseSamples != first.ann.accuracyOnTheseSamples)
      let zeros = set.labels?.prefix(20).count { $0 == 0 } ?? 0
      #expect(try run(folder, on: fewer).ann.accuracyOnTheseSamples == Double(zeros) / 20)
      // A byte changed, another text, or more samples: evaluated again.
      for change in [text.replacingOccurrences(of: "\"decisions\": [", with: "\"decisions\": [1, "), "{}"] {
        try folder.write(change, "net.ann")
        #expect(try run(folder) == first)
      }
      // A file of another kind stays, whatever its name.
      #expect(try folder.text("net.ann") == "{}")
      FolderFiles.remove(path)
      _ = try run(folder, on: fewer)
      #expect(try KeptDecisions(reading: folder.data("net.ann").map { $0 }).decisions.count == 20)
      #expect(try run(folder) == first)
      #expect(try folder.text("net.ann") == text)
    }
  }

  @Test("without the file, or with another one, the run says so in one line and the values are null")
  func gone() throws {
    try with { folder in
      let whole = try run(folder)
      #expect(try run(folder, "--no-ann").ann.accuracyOnTheseSamples == nil)
      try FileManager.default.moveItem(atPath: folder.path + "/model.onnx", toPath: folder.path + "/other.onnx")
      let end = "so the ANN's accuracy on these samples is unknown: name the model with --model, or leave it out with "
        + "--no-ann\n"
      let gone = try run(folder, says: "nmsim: run: DIR/model.onnx: the model that was converted is gone, \(end)")
      #expect(gone.ann.accuracyOnTheseSamples == nil && gone.ann.difference == nil && gone.ann.differenceInterval == nil)
      #expect(gone.spike?.target == CountedRun.standardTarget)
      #expect(try run(folder, "--model DIR/other.onnx") == whole)
      _ = try run(folder, "--no-ann")
      try folder.write("no model", "model.onnx")
      _ = try run(folder, says: "nmsim: run: DIR/model.onnx: is not the model that was converted, \(end)")
      let wrong = folder.invoke("run DIR/net.nmsim \(data) --model DIR/model.onnx --json DIR/run.json")
      #expect(wrong.status == .badData && wrong.error.split(separator: "\n").count == 1)
    }
  }

  @Test("a program in another folder finds the ANN; parts of a split run carry its decisions; compare and sweep show it")
  func elsewhere() throws {
    try with { folder in
      let whole = try run(folder)
      let text = try folder.text("run.json")
      try FileManager.default.createDirectory(atPath: folder.path + "/deep/down", withIntermediateDirectories: true)
      _ = folder.invoke("compile DIR/net.json --chip ideal -o DIR/deep/down/net.nmsim -q")
      let result = folder.invoke("run DIR/deep/down/net.nmsim \(data) --no-timing -q --json DIR/deep/run.json")
      #expect(result.error.isEmpty)
      #expect(try RunResult(reading: folder.data("deep/run.json").map { $0 }).ann == whole.ann)
      for part in 1...3 {
        let result = folder.invoke("run DIR/net.nmsim \(data) --shard \(part)/3 --json DIR/part-\(part).json -q")
        #expect(result.status == .success && result.error.isEmpty)
      }
      _ = folder.invoke("merge DIR/part-2.json DIR/part-1.json DIR/part-3.json -o DIR/merged.json -q")
      #expect(try folder.text("merged.json") == text)
      _ = folder.invoke("run DIR/net.nmsim \(data) --shard 2/3 --no-ann --json DIR/part-2.json -q")
      #expect(
        folder.invoke("merge DIR/part-1.json DIR/part-2.json DIR/part-3.json -o DIR/merged.json -q").error
          .contains("not the same ANN"))
      let compare = folder.invoke("compare DIR/net.json --chips ideal \(data) --json DIR/compare.json")
      #expect(compare.output.contains("to ANN"))
      let entry = try #require(ComparisonRecord(reading: folder.data("compare.json").map { $0 }).entries.first)
      #expect(entry.difference == whole.ann.difference && entry.differenceInterval == whole.ann.differenceInterval)
      let images = TemporaryFolder.digits + "/test-images.npy"
      for (name, source) in [
        ("a", "\"networks\": [\"net.json\"]"),
        ("b", """
          "model": "model.onnx", "preprocessing": {"scale": 0.0625}, "methods": [{"name": "max-norm", "steps": 5}],
          "calibration": {"images": "\(images)", "samples": 60}
          """),
      ] {
        try folder.write(
          """
          {"format": "nmsim-plan/1", \(source), "data": [{"images": "\(images)", "samples": 150}], "chips": ["ideal"]}
          """, "plan-\(name).json")
        let sweep = folder.invoke("sweep DIR/plan-\(name).json --output DIR/\(name)")
        #expect(sweep.error.isEmpty && sweep.output.contains("to ANN"), "\(sweep.error)")
        let figures = try #require(
          SweepDocument(reading: folder.data("\(name)/sweep.json").map { $0 }).entries.first?.figures)
        #expect(figures.difference == whole.ann.difference && figures.annAccuracy == whole.ann.accuracyOnTheseSamples)
      }
    }
  }

  @Test("a target counts from where on the accuracy stays there")
  func stays() {
    let accuracies = [0.5, 0.91, 0.89, 0.9, 0.92]
    #expect(RunResult.steps(to: 0.9, accuracies) == 4)
    #expect(RunResult.steps(to: 0.92, accuracies) == 5)
    #expect(RunResult.steps(to: 0.93, accuracies) == nil)
    #expect(RunResult.steps(to: 0.5, accuracies) == 1)
    #expect(RunResult.steps(to: 0, []) == nil)
    #expect(RunResult.steps(to: 0.5, nil) == nil)
    #expect(RunResult.steps(to: 0.9, [0.95, 0.89]) == nil)
  }

  @Test("the interval of a paired difference is narrower than that of two counts, and excludes 0 only where samples tell")
  func interval() throws {
    let labels = [Int](repeating: 1, count: 100)
    func classes(wrong: Set<Int>) -> [Int] { (0..<100).map { wrong.contains($0) ? 0 : 1 } }
    let same = try #require(PairedAccuracy(classes(wrong: [3, 4]), classes(wrong: [3, 4]), labels: labels))
    #expect(same.difference == 0 && same.interval == 0...0 && !same.isAhead)
    let two = try #require(PairedAccuracy(classes(wrong: [3, 4]), classes(wrong: []), labels: labels))
    #expect(abs(two.difference + 0.02) < 1e-15 && !two.isAhead)
    let many = try #require(PairedAccuracy(classes(wrong: Set(0..<9)), classes(wrong: [50]), labels: labels))
    #expect(abs(many.interval.lowerBound - (-0.08 - 1.96 * (10 - 0.64).squareRoot() / 100)) < 1e-12)
    #expect(many.interval.upperBound < 0 && !many.isAhead)
    #expect(PairedAccuracy(classes(wrong: [50]), classes(wrong: Set(0..<9)), labels: labels)?.isAhead == true)
    #expect(PairedAccuracy([], [], labels: []) == nil && PairedAccuracy([1], [1], labels: nil) == nil)
  }
}
