import ChipModel
import Foundation
import Testing

@testable import nmsim

@Suite("explain, and convert --method auto")
struct ExplainCommandTests {
  private static let digits = "explain DIGITS/net.json --samples 24 --ticks 6"

  @Test("the page of the bundled network, at 80 columns")
  func page() throws {
    try TemporaryFolder.with { folder in
      let result = folder.invoke(Self.digits)
      #expect(result.status == .success, "\(result.error)")
      #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(result.output)")
      try expectGolden(result.output, "explain-digits.txt")
    }
  }

  @Test("the document has the page's figures, and goes to standard output alone")
  func document() throws {
    try TemporaryFolder.with { folder in
      let result = folder.invoke(Self.digits + " --chip ideal --membrane-bits 13 --json -")
      #expect(result.status == .success, "\(result.error)")
      var root = try JSONNode(root: JSONParser.parse(Array(result.output.utf8))).object()
      let format = try root.required("format").string()
      let bits = try root.required("membraneBits").int()
      let layers = try root.required("layers").array()
      #expect(format == "nmsim-explain/1" && bits == 13 && layers.count == 4)
      var first = try layers[0].object()
      let curve = try first.required("kByStep").array()
      #expect(curve.count == 6)
    }
  }

  /// A wrong use: the command line, the status and the whole line on standard error.
  struct Fault: Sendable, CustomTestStringConvertible {
    var line: String
    var status: ExitStatus
    var error: String
    var testDescription: String { line }
    init(_ line: String, _ status: ExitStatus, _ error: String) {
      (self.line, self.status, self.error) = (line, status, error)
    }
  }

  static let faults: [Fault] = [
    Fault(
      "explain DIR/net.json --samples 500", .usage,
      "nmsim: explain: the network names no data of its own: name images with --input, and labels with --labels if they "
        + "are not found beside them"
    ),
    Fault(
      "explain DIGITS/net.json --samples 500", .badData,
      "nmsim: DIGITS/test-images.npy: 500 samples asked for, the file has 400: use --samples 400 or fewer"
    ),
    Fault("explain DIR/none.json", .missingInput, "nmsim: DIR/none.json: no such file: check the path"),
    Fault(
      "convert DIR/m.onnx --method auto", .usage,
      "nmsim: convert: method 'auto' needs to know what to look for: give --steps, --keep-accuracy or --max-loss"
    ),
    Fault(
      "convert DIR/m.onnx --method auto --steps 4 --alpha 0.5", .usage,
      "nmsim: convert: method 'auto' chooses --alpha itself: leave it out"
    ),
    Fault(
      "convert DIR/m.onnx --keep-accuracy 0.9", .usage,
      "nmsim: convert: --keep-accuracy is for method 'auto': add --method auto"
    ),
    Fault(
      "convert DIR/m.onnx --method auto --keep-accuracy 0.9 --max-loss 1", .usage,
      "nmsim: convert: --keep-accuracy and --max-loss say the same in two ways: give one of them"
    ),
  ]

  @Test("wrong uses end with one line", arguments: faults)
  func wrongUses(_ fault: Fault) throws {
    try TemporaryFolder.with { folder in
      try folder.write(
        SmallFiles.network.replacingOccurrences(of: ", \"images\": \"data/x.npy\", \"labels\": \"data/y.npy\"", with: ""),
        "net.json")
      let result = folder.invoke(fault.line)
      #expect(result.status == fault.status)
      #expect(result.error == fault.error + "\n")
      #expect(result.output.isEmpty)
    }
  }
}
