import ChipModel
import Compiler
import Foundation
import Runtime

@testable import nmsim

/// Every reader of nmsim that takes bytes from outside. A new reader is one entry here.
extension FuzzReader {
  static let all: [FuzzReader] = [
    FuzzReader("network", [FuzzShape(form: .json, seeds: FuzzSeeds.networks, tokens: networkTokens)]) { bytes in
      var document = try NetworkDocument(parsing: bytes)
      if document.tensorsFile != nil { document.network.tensors = FuzzSeeds.tensors }
      return FuzzStages.compile(try document.network.checked(), number: bytes.count)
    },
    FuzzReader("chip", [FuzzShape(form: .json, seeds: FuzzSeeds.chips, tokens: chipTokens)]) { bytes in
      let chip = try ChipDescription(json: bytes, file: "chip.json")
      _ = ChipText(chip: chip, style: .plain).page
      let text = chip.canonicalJSON()
      guard try ChipDescription(json: text, file: "again").canonicalJSON() == text else {
        return .wrong("what is written is not what was read")
      }
      return FuzzSeeds.mappedNetwork.map { FuzzStages.compile($0, chip) } ?? .accepted
    },
    FuzzReader("mapping", [FuzzShape(form: .json, seeds: FuzzSeeds.mappings, tokens: mappingTokens)]) { bytes in
      let mapping = try MappingFile.parse(bytes)
      guard try MappingFile.parse(MappingFile.bytes(of: mapping)) == mapping else {
        return .wrong("what is written is not what was read")
      }
      guard let network = FuzzSeeds.mappedNetwork, let chip = try? ChipLibrary.builtIn(ChipLibrary.defaultName) else {
        return .accepted
      }
      return FuzzStages.compile(network, chip, mapping: mapping)
    },
    FuzzReader(
      "program",
      [
        FuzzShape(form: .binary, seeds: FuzzSeeds.programs),
        FuzzShape(form: .binary, seeds: FuzzSeeds.programs, mended: FuzzSeeds.mendedProgram),
      ]
    ) { bytes in
      let program = try CompiledProgram(decoding: bytes)
      // Not compared with the input itself: a file may hold another spelling of the same chip.
      let encoded = program.encoded()
      guard try CompiledProgram(decoding: encoded).encoded() == encoded else { return .wrong("written otherwise") }
      return FuzzStages.run(program)
    },
    FuzzReader("result", [FuzzShape(form: .json, seeds: FuzzSeeds.results, tokens: resultTokens)]) { bytes in
      FuzzStages.page(of: bytes)
    },
    FuzzReader("ann", [FuzzShape(form: .json, seeds: FuzzSeeds.decisions)]) { bytes in
      let record = try KeptDecisions(reading: bytes)
      guard try KeptDecisions(reading: JSONSeal.bytes(of: record.document)) == record else { return .wrong("written otherwise") }
      return .accepted
    },
    FuzzReader("plan", [FuzzShape(form: .json, seeds: FuzzSeeds.plans, tokens: planTokens)]) { bytes in
      _ = try Plan(reading: bytes)
      return .accepted
    },
    FuzzReader("sweep", [FuzzShape(form: .json, seeds: FuzzSeeds.sweeps, tokens: sweepTokens)]) { bytes in
      let sweep = try SweepDocument(reading: bytes)
      _ = SweepFront.all(sweep.entries)
      _ = SweepPoint.labels(sweep.points)
      return .accepted
    },
    FuzzReader(
      "onnx",
      [
        FuzzShape(form: .protobuf, seeds: FuzzSeeds.models, tokens: FuzzSeeds.modelTokens),
        FuzzShape(form: .binary, seeds: FuzzSeeds.models, tokens: FuzzSeeds.modelTokens),
      ]
    ) { bytes in
      FuzzStages.evaluate(try ONNXImporter.read(bytes, folder: nil, name: "fuzz", ImportOptions(.evaluation)))
    },
    FuzzReader(
      "events",
      [
        FuzzShape(form: .binary, seeds: FuzzSeeds.recordings, tokens: FuzzSeeds.recordingTokens),
        FuzzShape(form: .text, seeds: FuzzSeeds.eventTables, tokens: FuzzSeeds.recordingTokens),
      ]
    ) { bytes in
      // What has no mark of its own is told by its name.
      let names = ["x.bs2", "x.raw", "x.dat", "x.aedat", "x.csv"]
      _ = EventRecording.suffix(of: bytes, for: [2, 40, 40])
      var refusal: (any Error)?
      var isRead = false
      for name in names {
        do throws(FormatError) {
          let events = try EventRecording.decode(bytes, named: name, maximum: expansion)
          for rule in [EventBinning.Rule.timeWindow(1000), .eventCount(3), .timeBins(5), .eventBins(4)] {
            var binning = EventBinning()
            binning.rule = rule
            var longest = 1
            _ = try binning.counts(events, shape: [2, 40, 40], longest: &longest)
          }
          isRead = true
        } catch {
          guard FuzzOutcome.refusal(error) == .refused else { return FuzzOutcome.refusal(error) }
          refusal = error
        }
      }
      return isRead ? .accepted : refusal.map { FuzzOutcome.refusal($0) } ?? .accepted
    },
    FuzzReader("hdf5", [FuzzShape(form: .binary, seeds: FuzzSeeds.hdf5Files, tokens: FuzzSeeds.hdf5Tokens)]) { bytes in
      let root = try HDF5File(bytes, maximum: expansion).root
      let written = try HDF5File(HDF5Writer.bytes(of: root)).root
      return HDF5Writer.bytes(of: written) == HDF5Writer.bytes(of: root) ? .accepted : .wrong("written otherwise")
    },
    FuzzReader("nir", [FuzzShape(form: .binary, seeds: FuzzSeeds.graphs, tokens: FuzzSeeds.graphTokens)]) { bytes in
      let graph = try NIRGraph(bytes, maximum: expansion)
      _ = NIRText(graph: graph, style: .plain).page
      let made = try NIRImporter.network(of: graph, name: "fuzz")
      _ = NIRText(graph: graph, style: .plain).conversion(made)
      return FuzzStages.compile(try made.network.checked(), number: bytes.count)
    },
    FuzzReader(
      "safetensors",
      [
        FuzzShape(form: .binary, seeds: FuzzSeeds.safetensors, tokens: safetensorsTokens),
        FuzzShape(
          form: .json, seeds: FuzzSeeds.safetensorsHeaders, tokens: safetensorsTokens,
          mended: FuzzSeeds.mendedSafetensors),
      ]
    ) { bytes in
      let contents = try Safetensors.read(bytes)
      let written = try Safetensors.bytes(of: contents)
      return try Safetensors.bytes(of: Safetensors.read(written)) == written ? .accepted : .wrong("written otherwise")
    },
    FuzzReader("npy", [FuzzShape(form: .binary, seeds: FuzzSeeds.arrays, tokens: arrayTokens)]) { bytes in
      let tensor = try NumPy.decode(bytes)
      guard try NumPy.encode(NumPy.decode(NumPy.encode(tensor))) == NumPy.encode(tensor) else {
        return .wrong("written otherwise")
      }
      return try data(bytes, named: "x.npy", shape: [1, 4, 4], accepted: true)
    },
    FuzzReader(
      "npz",
      [
        FuzzShape(form: .binary, seeds: FuzzSeeds.archives, tokens: ["x.npy", "y_test.npy", "PK\u{1}\u{2}"]),
        FuzzShape(form: .binary, seeds: FuzzSeeds.arrays, tokens: arrayTokens) {
          FuzzSeeds.zip([("x.npy", $0, nil), ("y.npy", $0, FuzzSeeds.stored($0))])
        },
      ]
    ) { bytes in
      _ = try NumPyArchive(bytes).tensors(maximum: expansion)
      return try data(bytes, named: "x.npz", shape: [1, 4, 4], accepted: true)
    },
    FuzzReader("idx", [FuzzShape(form: .binary, seeds: FuzzSeeds.idxFiles)]) { bytes in
      _ = try IDX.decode(bytes)
      return try data(bytes, named: "t10k-images-idx3-ubyte", shape: [1, 4, 4], accepted: true)
    },
    FuzzReader("cifar", [FuzzShape(form: .binary, seeds: FuzzSeeds.cifarFiles)]) { bytes in
      try data(bytes, named: "test_batch.bin", shape: CIFAR.shape, accepted: false)
    },
    FuzzReader(
      "gzip",
      [
        FuzzShape(form: .binary, seeds: FuzzSeeds.gzipFiles),
        FuzzShape(form: .binary, seeds: FuzzSeeds.gzipFiles, mended: FuzzSeeds.mendedGzip),
      ]
    ) { bytes in
      try isSameInPieces(bytes, Gzip.decode(bytes, maximum: expansion))
      return try data(bytes, named: "t10k-images-idx3-ubyte.gz", shape: [1, 4, 4], accepted: true)
    },
    FuzzReader(
      "labels", [FuzzShape(form: .text, seeds: FuzzSeeds.labels, tokens: ["#", "\r\n", "-1", "0x1"])]
    ) { bytes in
      _ = try DatasetLoader.labels(bytes, named: "labels.txt", maximum: expansion)
      return .accepted
    },
    FuzzReader(
      "command-line", [FuzzShape(form: .text, seeds: FuzzSeeds.commandLines, tokens: commandTokens)]
    ) { bytes in
      commandLine(bytes)
    },
  ]

  /// Does all that a reader must not do: what shows that a search finds it.
  static let harmful = FuzzReader(
    "harmful", [FuzzShape(form: .binary, seeds: (0..<6).map { [$0] })]
  ) { bytes in
    switch bytes.first {
    case 0: return .accepted
    case 1: fatalError("one")
    case 3: while true { sleep(1) }
    case 4: return .wrong("four")
    case 5:
      let filled = [UInt8](repeating: 1, count: 300 << 20)
      return filled.last == 1 ? .refused : .accepted
    default: return .refused
    }
  }

  static func named(_ name: String) -> FuzzReader? { (all + [harmful]).first { $0.name == name } }

  /// Most bytes that a compressed input may expand to: each is at most 64 KiB, and deflate grows at most 1,032 times.
  private static let expansion = 64 << 20

  /// A gzip file that is read must be the same in pieces.
  private static func isSameInPieces(_ bytes: [UInt8], _ whole: [UInt8]) throws {
    var (stream, result, place, next) = (GzipStream(), [UInt8](), 0, [UInt8]())
    while !stream.isAtEnd {
      let piece = try stream.advance(next, isLast: place == bytes.count)
      (result, next) = (result + piece, [])
      if piece.isEmpty {
        next = Array(bytes[place...].prefix(97))
        place += next.count
      }
    }
    precondition(result == whole, "gzip in pieces gives other bytes")
  }

  /// Reads a data file as `run --input` does.
  /// - Parameter accepted: the format's own reader took the bytes; they may still be no images of this shape.
  private static func data(_ bytes: [UInt8], named name: String, shape: [Int], accepted: Bool) throws -> FuzzOutcome {
    do throws(DataError) {
      let data = try DatasetLoader.decode(bytes, named: name, expectedShape: shape, classes: 10, maximum: expansion)
      _ = try? data.values(ofSample: 0, preprocessing: .identity)
      return .accepted
    } catch {
      let outcome = FuzzOutcome.refusal(error)
      return accepted && outcome == .refused ? .accepted : outcome
    }
  }

  /// Reads a command line without running it; arguments are separated by line ends.
  private static func commandLine(_ bytes: [UInt8]) -> FuzzOutcome {
    let arguments = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    let table = CommandTable.shipped
    do throws(UsageError) {
      switch try ArgumentParser(table: table).parse(arguments) {
      case .commandHelp(let command): _ = Help(table: table).page(for: command)
      default: break
      }
      return .accepted
    } catch {
      let line = ErrorText.line(for: CommandError(error))
      return line.contains(where: \.isNewline) ? .wrong("an error of several lines") : .refused
    }
  }
}

// MARK: - Words of the formats

extension FuzzReader {
  private static let networkTokens = [
    "format", "nmsim-network/1", "name", "tensors", "input", "kind", "shape", "preprocessing", "scale", "mean", "std",
    "images", "labels", "populations", "neuron", "model", "threshold", "negativeThreshold", "spikeValue", "initial",
    "hard", "bias", "projections", "from", "to", "weights",
    "pool", "kernel", "stride", "padding", "dilation", "groups", "delay", "tensor", "type", "values", "output",
    "population", "readout", "potential", "spikes", "ann", "provenance", "infinity", "dense", "conv2d", "identity",
    "average", "max", "hidden", "a", "b", "out", "F32", "I8", "I16", "I32", "current",
  ] + NeuronModel.Kind.all.map(\.name) + NeuronModel.Kind.parameters.map(\.key)
  private static let chipTokens = [
    "format", "nmsim-chip/1", "extends", "generic-45nm", "ideal", "loihi", "value", "source", "note", "certainty",
    "null", "J", "s", "pJ",
  ]
  private static let mappingTokens = [
    "format", "nmsim-mapping/1", "cores", "place", "parts", "population", "channels", "rows", "columns", "a", "b",
    "out",
  ]
  private static let resultTokens = [
    "format", "nmsim-run/2", "populations", "totals", "cores", "mesh", "energy", "spike", "chip", "operation", "items",
    "x", "y", "limits", "links", "direction", "east", "north", "messages", "width", "height", "coresPerTile",
    "accuracyByStep", "spikesByStep", "neurons", "spikes", "joulesEach", "</script>", "<!--", "&amp;",
  ]
  private static let planTokens = [
    "format", "nmsim-plan/1", "name", "model", "networks", "preprocessing", "calibration", "methods", "data", "chips",
    "mappings", "seeds", "target", "spikeProfile", "images", "labels", "samples", "auto", "scale", "mean", "std",
    "1/255", "1/0", "ideal", "random", "faults", "seed", "deadCores", "deadLinks", "stuckWeightBits",
    "flipMembraneBits", "loseSpikes", "duplicateSpikes",
  ] + PlanAxis.all.map(\.key) + ConversionMethod.all.map(\.name) + ConversionMethod.parameters.map(\.key)
  private static let sweepTokens = [
    "format", "nmsim-sweep/1", "nmsim-points/1", "points", "id", "network", "method", "options", "chip", "mapping",
    "seed", "data", "samples", "steps", "result", "refused", "accuracy", "accuracyInterval", "spikes", "chipJoules",
    "0123456789abcdef", "faults", "loseSpikes", "stuckWeightBits",
  ]
  private static let safetensorsTokens = [
    "[", "]", "0", "-", "1e18", "9223372036854775807", "F16", "BF16", "F32", "F64", "I64", "I8", "U8", "BOOL", "dtype",
    "shape", "data_offsets", "__metadata__", ",", "{}", "4",
  ]
  private static let arrayTokens = [
    "'descr': ", "'fortran_order': ", "'shape': ", "True", "False", "(3,)", "()", "(", ")", "<f4", ">i8", "|u1", "|O",
    "4294967296", "9223372036854775807", "(0, 9223372036854775807)", "L", ",", "'",
  ]
  private static let commandTokens: [String] =
    ["--", "-", "=", "\n", "--help", "-h", "--json", "-q", "-o", "1e999", "-1", "99999999999999999999", "1/0", "0/0"]
    + CommandTable.shipped.commands.flatMap { command in
      [command.spec.name] + command.spec.options.map { "--\($0.name)" }
    }
}

extension FuzzSeeds {
  static let plans: [[UInt8]] = [
    """
    { "format": "nmsim-plan/1", "name": "small", "model": "m.onnx", "calibration": {"images": "c.npy", "samples": 3},
      "data": ["a.npy", {"images": "b.npy", "labels": "l.npy", "samples": 5}], "preprocessing": {"scale": "1/255"},
      "methods": ["max-norm", {"name": "rmp", "alpha": [0.7, 0.9], "reset": ["soft", "hard"]}],
      "steps": [16, null], "weightBits": [4, null], "chips": ["ideal"], "seeds": [1, 2], "target": 0.9 }
    """,
    """
    {"format": "nmsim-plan/1", "networks": ["a.json", "b.json"], "data": "a.npy", "mappings": ["random"],
     "membraneBits": [16], "fractionBits": [0, 4], "scales": ["channel"],
     "faults": [{"loseSpikes": [0, 1e-3], "seed": [1, 2]}, {"deadCores": 0.1}]}
    """,
  ].map { Array($0.utf8) }

  static let sweeps: [[UInt8]] = [
    """
    {"format": "nmsim-sweep/1", "name": "small", "points": [
      {"id": "0123456789abcdef", "network": "n", "method": "rmp", "options": "alpha 0.8", "chip": "ideal",
       "weightBits": 4, "mapping": "optimised", "seed": 0, "data": "a.npy", "samples": 10, "steps": 16,
       "result": {"steps": 16, "samples": 10, "accuracy": 0.9, "accuracyInterval": [0.6, 0.98], "spikes": 120.5,
                  "cores": 3, "chipJoules": 1e-6, "missing": ["link energy"], "ticksPerInference": 18,
                  "secondsPerInference": 1e-3}},
      {"id": "fedcba9876543210", "network": "n", "method": null, "chip": "loihi", "mapping": "random", "seed": 1,
       "data": "a.npy", "samples": 10, "steps": 16, "refused": "does not fit"}]}
    """,
    """
    {"format": "nmsim-points/1", "name": "small", "points": [
      {"id": "0123456789abcdef", "network": "n", "chip": "ideal", "mapping": "optimised", "seed": 0, "data": "a.npy",
       "samples": 0, "steps": null}]}
    """,
  ].map { Array($0.utf8) }

  /// The uses that the help pages show.
  static let commandLines: [[UInt8]] =
    CommandTable.shipped.commands.flatMap { command in
      command.spec.examples.map { example in
        let words = example.line.split(separator: " ").dropFirst()
        return Array(words.prefix { !["|", ">"].contains($0) }.joined(separator: "\n").utf8)
      }
    } + ["--version\n--json", "--help"].map { Array($0.utf8) }

  /// A program's file with the right length and checksum.
  static func mendedProgram(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 52 else { return bytes }
    var content = Array(bytes.dropLast(32))
    content.replaceSubrange(12..<20, with: little(bytes.count, 8))
    return content + SHA256.hash(of: content)
  }

  /// A safetensors file of a header, with as much data as the header asks for.
  static func mendedSafetensors(_ header: [UInt8]) -> [UInt8] {
    var size = 0
    if let root = try? JSONParser.parse(header), case .object(let members) = root.kind {
      for member in members {
        guard case .object(let entry) = member.value.kind else { continue }
        for part in entry where part.key == "data_offsets" {
          guard case .array(let ends) = part.value.kind, let end = ends.last?.integer else { continue }
          size = max(size, Int(clamping: end))
        }
      }
    }
    return little(header.count, 8) + header + [UInt8](repeating: 1, count: min(size, 1 << 14))
  }
}
