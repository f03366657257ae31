import ChipModel
import Foundation
import Testing

@testable import nmsim

/// What people type by mistake, and the whole line that they get: what is wrong, and what to do.
@Suite("Mistakes")
struct MistakeTests {
  struct Mistake {
    var line: String
    var status: ExitStatus
    /// After `nmsim: `.
    var error: String
    init(_ line: String, _ status: ExitStatus, _ error: String) {
      (self.line, self.status, self.error) = (line, status, error)
    }
  }

  /// A file of each kind that there is, real ones of the commands among them.
  private func fill(_ folder: TemporaryFolder) throws {
    let texts = [
      "net.json": SmallFiles.network,
      "typo.json": SmallFiles.network.replacingOccurrences(of: "threshold", with: "treshold"),
      "cut.json": "{", "empty.json": "", "empty.onnx": "", "empty.npy": "", "text.txt": "hello\n", "list.json": "[1, 2]",
      "page.html": "<!DOCTYPE html>\n<html></html>\n",
      "sweep.json": #"{"format": "nmsim-sweep/1", "name": "s", "points": []}"#,
      "chips.json": #"{"format": "nmsim-chips/1", "chips": []}"#,
      "badplan.json": #"{"format": "nmsim-plan/1", "networks": ["net.json"], "weightbits": [4]}"#,
      "model.pt": "PK\u{3}\u{4}archive/data.pkl", "model.keras": "PK\u{3}\u{4}metadata.json",
      "weights.safetensors": "\u{2}\0\0\0\0\0\0\0{}",
    ]
    for (name, text) in texts { try folder.write(text, name) }
    let examples = URL(filePath: TemporaryFolder.digits).deletingLastPathComponent()
    for (from, name) in [("tutorial/model.onnx", "model.onnx"), ("digits/plan.json", "plan.json")] {
      try FileManager.default.copyItem(atPath: examples.appending(path: from).path, toPath: "\(folder.path)/\(name)")
    }
    let images = try #require(Tensor(shape: [4, 3, 3], storage: .float32([Float](repeating: 0, count: 36))))
    try Data(NumPy.encode(images)).write(to: URL(filePath: "\(folder.path)/wrong.npy"))
    let run = "run DIR/net.nmsim --input DIGITS/test-images.npy --samples 4 --steps 4 -q"
    for line in [
      "compile DIGITS/net.json -o DIR/net.nmsim -q", "\(run) --labels DIGITS/test-labels.npy -o DIR/run.json",
      "explain DIGITS/net.json --samples 4 --ticks 4 -o DIR/explain.json -q", "\(run) --shard 1/2 -o DIR/part.json",
    ] {
      try #require(folder.invoke(line).status == .success, "\(line)")
    }
  }

  @Test("end with one whole line that says what to do")
  func messages() throws {
    #expect(Set(Self.mistakes.map(\.line)).count >= 60)
    try TemporaryFolder.with { folder in
      try fill(folder)
      for mistake in Self.mistakes {
        let result = folder.invoke(mistake.line)
        #expect(result.error == "nmsim: \(mistake.error)\n", "\(mistake.line)")
        #expect(result.status == mistake.status, "\(mistake.line)")
      }
    }
  }

  @Test("every file that a command reads says which kinds it takes, as far as they have a sign")
  func kinds() {
    for command in CommandTable.shipped.commands.map(\.spec) {
      let values =
        command.positionals.map { ($0.name, $0.value) } + command.options.map { ($0.name, $0.value ?? .text) }
      for (name, value) in values where value == .file([]) {
        #expect(command.name == "sweep" && name == "output", "\(command.name) \(name)")
      }
    }
  }

  @Test("British and American spellings are the same", arguments: ["optimized", "optimised"])
  func spellings(_ word: String) throws {
    #expect(Spelling.name(word, in: ["random", "optimised"]) == "optimised")
    #expect(invoke("chips --colour never --quiet").status == .success)
  }

  static let mistakes: [Mistake] = [
    Mistake("compile -", .usage, "-: the standard input is not read here: give a file's name"),
    Mistake("run DIR/net.nmsim --input -", .usage, "-: the standard input is not read here: give a file's name"),
    Mistake(
      "compile DIR/empty.json", .badData,
      "DIR/empty.json: is an empty file, not a spiking network: give a net.json, which 'nmsim convert' writes"),
    Mistake(
      "convert DIR/empty.onnx", .badData,
      "DIR/empty.onnx: is an empty file, not a trained network or a NIR graph (HDF5): give an .onnx file, which "
        + "torch.onnx.export writes"),
    Mistake(
      "run DIR/net.nmsim --input DIR/empty.npy", .badData,
      "DIR/empty.npy: is an empty file, not a file of images: give images, for example .npy, .npz, IDX or CIFAR"),
    Mistake(
      "compile DIR/text.txt", .badData,
      "DIR/text.txt: is a file of another kind (no JSON), not a spiking network: give a net.json, which 'nmsim convert' "
        + "writes"),
    Mistake(
      "energy DIGITS/net.safetensors", .badData,
      "DIGITS/net.safetensors: is a file of weights alone (.safetensors), not a run's result: give a run.json, which "
        + "'nmsim run' writes"),
    Mistake("energy DIR/list.json", .badData, "DIR/list.json: line 1, column 1: expected an object, found an array"),
    Mistake("compile DIR", .missingInput, "DIR: is a folder: name a file"),
    Mistake("report DIR/run.json -o DIR", .cannotWrite, "DIR: cannot be written: it is a folder: name a file"),
    Mistake("run \u{2014}samples 10", .usage, "run: unknown option '\u{2014}samples': did you mean '--samples'?"),
    Mistake(
      "compile DIR/net.json \u{2013}chip=loihi", .usage, "compile: unknown option '\u{2013}chip=loihi': did you mean '--chip'?"),
    Mistake("compile DIR/net.json -c loihi", .usage, "compile: unknown option '-c': did you mean '--chip'?"),
    Mistake("convert DIR/model.onnx -m mmse", .usage, "convert: unknown option '-m': did you mean '--method'?"),
    Mistake("export DIR/run.json --png DIR/out", .usage, "export: unknown option '--png': did you mean '--svg'?"),
    Mistake(
      "sweep DIR/plan.json --resume", .usage,
      "sweep: unknown option '--resume': the same command goes on where it was stopped"),
    Mistake(
      "convert DIR/model.onnx --epochs 5", .usage,
      "convert: unknown option '--epochs': nmsim trains no network: train it in PyTorch or Keras"),
    Mistake(
      "compile DIR/net.json --neurons-per-core 64", .usage,
      "compile: unknown option '--neurons-per-core': it is a number of chips: write 'neuronsPerCore' into a chip's file, as "
        + "docs/chips.md describes it"),
    Mistake("cite", .usage, "unknown command 'cite': did you mean 'nmsim help cite'?"),
    Mistake(
      "compile DIR/net.json --steps 8", .usage,
      "DIR/net.json: --steps goes with the separated --schedule alone, every other runs any number of steps: leave it out"),
    Mistake("run DIR/net.nmsim --chip loihi", .usage, "run: unknown option '--chip': 'nmsim compile' has '--chip'"),
    Mistake("run DIR/net.nmsim --trace-samples 4", .usage, "run: --trace-samples without a folder for traces: add --trace FOLDER"),
    Mistake("run --quiet=yes", .usage, "run: '--quiet' takes no value, got 'yes': write '--quiet' alone"),
    Mistake("run --samples=10 --samples=20", .usage, "run: '--samples' is given twice: give it once"),
    Mistake("run --steps 1,000", .usage, "run: --steps '1,000' is not a whole number: give a whole number from 1 to 1,000,000"),
    Mistake(
      "export DIR/run.json", .usage,
      "export: the form of the files is not said: add --csv, --latex or --svg with a folder; for a network --nir"),
    Mistake(
      "convert DIR/model.onnx --method auto --calibration DIGITS/test-images.npy", .usage,
      "convert: method 'auto' needs to know what to look for: give --steps, --keep-accuracy or --max-loss"),
    Mistake(
      "convert DIR/model.onnx --calibration DIGITS/test-images.npy --test-labels DIGITS/test-labels.npy", .usage,
      "convert: --test-labels without --test-images: name the images too"),
    Mistake("run --timesteps 8", .usage, "run: unknown option '--timesteps': did you mean '--ticks'?"),
    Mistake("run -T 8", .usage, "run: unknown option '-T': did you mean '--ticks'?"),
    Mistake("run -n 100", .usage, "run: unknown option '-n': did you mean '--samples'?"),
    Mistake("run --batch-size 64", .usage, "run: unknown option '--batch-size': did you mean '--threads'?"),
    Mistake("run --step 8", .usage, "run: unknown option '--step': did you mean '--steps'?"),
    Mistake(
      "run --ticks", .usage,
      "run: '--ticks' needs a value: write '--ticks T', or '--ticks=T' for a value that begins with '-'"),
    Mistake(
      "run --ticks eight", .usage,
      "run: --ticks 'eight' is not a whole number: give a whole number from 1 to 1,000,000"),
    Mistake("run --ticks 0", .usage, "run: --ticks '0' is out of range: give a whole number from 1 to 1,000,000"),
    Mistake(
      "run --ticks 1.5", .usage,
      "run: --ticks '1.5' is not a whole number: give a whole number from 1 to 1,000,000"),
    Mistake("run --samples -5", .usage, "run: --samples '-5' is out of range: give a whole number of at least 1"),
    Mistake("run --sampels 5", .usage, "run: unknown option '--sampels': did you mean '--samples'?"),
    Mistake(
      "run --output DIR/none/x.json", .cannotWrite,
      "DIR/none/x.json: cannot be written: its folder does not exist: make the folder first"),
    Mistake(
      "run DIR/net.json", .badData,
      "DIR/net.json: is a spiking network, not a compiled program: make one of it with 'nmsim compile DIR/net.json'"),
    Mistake(
      "run DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not a compiled program: give a .nmsim file, which 'nmsim compile' writes"),
    Mistake(
      "run DIR/model.onnx", .badData,
      "DIR/model.onnx: is a trained network, not a compiled program: give a .nmsim file, which 'nmsim compile' writes"),
    Mistake("run DIR/none.nmsim", .missingInput, "DIR/none.nmsim: no such file: check the path"),
    Mistake(
      "run DIR/net.nmsim --input DIGITS/test-labels.npy", .badData,
      "DIGITS/test-labels.npy: is a file of labels, not a file of images: give images, for example .npy, .npz, IDX "
        + "or CIFAR"),
    Mistake(
      "run DIR/net.nmsim --input DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not a file of images: give images, for example .npy, .npz, IDX or CIFAR"),
    Mistake(
      "run DIR/net.nmsim --input DIR/net.nmsim", .badData,
      "DIR/net.nmsim: is a compiled program, not a file of images: give images, for example .npy, .npz, IDX or CIFAR"),
    Mistake(
      "run DIR/net.nmsim --input DIGITS/test-images.npy --labels DIGITS/test-images.npy", .badData,
      "DIGITS/test-images.npy: is an array of 400x8x8 numbers, not a file of labels: give labels, one whole number per "
        + "sample"),
    Mistake(
      "run DIR/net.nmsim --input DIGITS/test-images.npy --labels DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not a file of labels: give labels, one whole number per sample"),
    Mistake(
      "run DIR/net.nmsim --input DIGITS/test-images.npy --samples 1000", .badData,
      "DIGITS/test-images.npy: 1,000 samples asked for, the file has 400: use --samples 400 or fewer"),
    Mistake(
      "run DIR/net.nmsim --input DIR/wrong.npy", .badData,
      "DIR/wrong.npy: data of shape [4, 3, 3] do not fit the network's input [1, 8, 8]: give data of shape [4, 1, 8, "
        + "8], or convert a network for this data"),
    Mistake(
      "run DIR/net.nmsim --input DIR/model.pt", .badData,
      "DIR/model.pt: is a PyTorch checkpoint, not a file of images: give images, for example .npy, .npz, IDX or CIFAR"),
    Mistake(
      "run DIR/net.nmsim --input DIGITS/test-images.npy --target 99", .usage,
      "run: --target '99' is not a fraction of 1: give a number from 0 to 1; 98.5 % is 0.985"),
    Mistake(
      "run DIR/net.nmsim --input DIGITS/test-images.npy --time-model exact", .usage,
      "run: --time-model 'exact' is not one of the possible values: give fixed, simple, analytic or detailed"),
    Mistake(
      "run DIR/net.nmsim --input DIGITS/test-images.npy --early-decision stable", .usage,
      "run: early decision 'stable' is no rule: write stable:N, margin:M or both, for example stable:10 or "
        + "stable:5,margin:100"),
    Mistake(
      "run DIR/net.nmsim --input DIGITS/test-images.npy --probe hiden:0 --trace DIR/t", .usage,
      "run: probe: no population 'hiden': use one of conv1, conv2, conv3, output"),
    Mistake(
      "run DIR/net.nmsim --input DIGITS/test-images.npy --labels DIR/page.html", .badData,
      "DIR/page.html: is a page (HTML), not a file of labels: give labels, one whole number per sample"),
    Mistake("compile", .usage, "compile: NETWORK is missing: for example 'nmsim compile net.json'"),
    Mistake(
      "compile DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not a spiking network: give a net.json, which 'nmsim convert' writes"),
    Mistake(
      "compile DIR/net.nmsim", .badData,
      "DIR/net.nmsim: is a compiled program, not a spiking network: give a net.json, which 'nmsim convert' writes"),
    Mistake(
      "compile DIR/model.onnx", .badData,
      "DIR/model.onnx: is a trained network, not a spiking network: make one of it with 'nmsim convert "
        + "DIR/model.onnx'"),
    Mistake(
      "compile DIR/plan.json", .badData,
      "DIR/plan.json: is a plan of a sweep, not a spiking network: give a net.json, which 'nmsim convert' writes"),
    Mistake(
      "compile DIR/typo.json", .badData,
      "DIR/typo.json: line 6, column 64: populations[0].neuron: unknown key 'treshold': did you mean 'threshold'?"),
    Mistake(
      "compile DIR/cut.json", .badData,
      "DIR/cut.json: line 1, column 2: expected a key in double quotes, found the end of the text"),
    Mistake("compile DIR/net.json --bits 4", .usage, "compile: unknown option '--bits': did you mean '--weight-bits'?"),
    Mistake(
      "compile DIR/net.json --weight-bits 32", .usage,
      "compile: --weight-bits '32' is out of range: give a whole number from 2 to 16"),
    Mistake("compile DIR/net.json --chip lohi", .badConfiguration, "unknown chip 'lohi': did you mean 'loihi'?"),
    Mistake(
      "compile DIR/net.json --chip DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not a chip description: give a chip's file, or a name of 'nmsim chips'"),
    Mistake(
      "compile DIR/net.json --mapping optimizd", .usage,
      "optimizd: is neither a file nor one of optimised, row-major, random: did you mean 'optimised'?"),
    Mistake(
      "compile DIR/net.json --mapping DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not a mapping: give a file of 'nmsim compile --write-mapping'"),
    Mistake(
      "compile DIR/net.json --pools keep", .usage,
      "compile: --pools 'keep' is not one of the possible values: give fold, layer or auto"),
    Mistake(
      "compile DIR/net.json DIR/net.json", .usage,
      "compile: unexpected argument 'DIR/net.json', the command takes at most 1: 'nmsim compile --help' shows the "
        + "usage"),
    Mistake(
      "compile DIR/net.json -o DIR/net.json", .usage,
      "DIR/net.json: is read by this command, and --output would replace it: give --output another name"),
    Mistake(
      "compile DIR/net.json --json DIR/x --output DIR/x", .usage,
      "DIR/x: is written by --output and by --json: give one of them another name"),
    Mistake(
      "convert DIR/net.json --calibration DIGITS/test-images.npy", .badData,
      "DIR/net.json: is a spiking network, not a trained network or a NIR graph (HDF5): give an .onnx file, which "
        + "torch.onnx.export writes"),
    Mistake(
      "convert DIR/model.pt --calibration DIGITS/test-images.npy", .badData,
      "DIR/model.pt: is a PyTorch checkpoint, not a trained network or a NIR graph (HDF5): give an .onnx file, which "
        + "torch.onnx.export writes"),
    Mistake(
      "convert DIR/model.keras", .badData,
      "DIR/model.keras: is a Keras model, not a trained network or a NIR graph (HDF5): give an .onnx file, which "
        + "torch.onnx.export writes"),
    Mistake(
      "convert DIR/weights.safetensors", .badData,
      "DIR/weights.safetensors: is a file of weights alone (.safetensors), not a trained network or a NIR graph "
        + "(HDF5): give an .onnx file, which torch.onnx.export writes"),
    Mistake(
      "convert DIR/model.onnx --method robustnorm", .usage,
      "convert: --method 'robustnorm' is not one of the possible values: did you mean 'robust-norm'?"),
    Mistake(
      "convert DIR/model.onnx --method max_norm", .usage,
      "convert: --method 'max_norm' is not one of the possible values: did you mean 'max-norm'?"),
    Mistake(
      "convert DIR/model.onnx --percentile 150", .usage,
      "convert: --percentile '150' is out of range: give a number above 0 and at most 100"),
    Mistake(
      "convert DIR/model.onnx --input-scale 1/0", .usage,
      "convert: --input-scale '1/0' is neither a number nor a quotient above 0: give for example 1/255 or 0.00392"),
    Mistake(
      "convert DIR/model.onnx --calibration DIGITS/test-labels.npy", .badData,
      "DIGITS/test-labels.npy: is a file of labels, not a file of images: give images, for example .npy, .npz, IDX "
        + "or CIFAR"),
    Mistake(
      "evaluate DIR/model.onnx", .usage,
      "evaluate: no data to evaluate the network on: name it with --input DATA"),
    Mistake(
      "evaluate DIR/net.json --input DIGITS/test-images.npy", .badData,
      "DIR/net.json: is a spiking network, not a trained network: give an .onnx file, which torch.onnx.export writes"),
    Mistake(
      "energy DIR/net.nmsim", .badData,
      "DIR/net.nmsim: is a compiled program, not a run's result: make one with 'nmsim run DIR/net.nmsim'"),
    Mistake(
      "energy DIR/net.json", .badData,
      "DIR/net.json: is a spiking network, not a run's result: give a run.json, which 'nmsim run' writes"),
    Mistake(
      "energy DIR/plan.json", .badData,
      "DIR/plan.json: is a plan of a sweep, not a run's result: give a run.json, which 'nmsim run' writes"),
    Mistake(
      "energy DIGITS/test-images.npy", .badData,
      "DIGITS/test-images.npy: is an array of 400x8x8 numbers, not a run's result: give a run.json, which 'nmsim "
        + "run' writes"),
    Mistake(
      "energy DIR/sweep.json", .badData,
      "DIR/sweep.json: is a sweep's summary, not a run's result: give a run.json, which 'nmsim run' writes"),
    Mistake(
      "energy DIR/part.json", .badData,
      "DIR/part.json: is a part of a run, not a run's result: join the parts with 'nmsim merge DIR/part.json'"),
    Mistake(
      "energy --baseline", .usage,
      "energy: '--baseline' needs a value: write '--baseline FILE', or '--baseline=FILE' for a value that begins "
        + "with '-'"),
    Mistake(
      "report DIR/net.nmsim", .badData,
      "DIR/net.nmsim: is a compiled program, not a run's result or a sweep's summary: make one with 'nmsim run "
        + "DIR/net.nmsim'"),
    Mistake(
      "report DIR/run.json DIR/sweep.json", .usage,
      "DIR/sweep.json: is a sweep's summary, which has a page of its own: 'nmsim report DIR/sweep.json' makes it"),
    Mistake(
      "report DIGITS/test-images.npy", .badData,
      "DIGITS/test-images.npy: is an array of 400x8x8 numbers, not a run's result or a sweep's summary: give a "
        + "run.json, which 'nmsim run' writes"),
    Mistake(
      "report DIR/none.json", .missingInput,
      "DIR/none.json: no such result: make one with 'nmsim run' or 'nmsim sweep'"),
    Mistake(
      "inspect DIGITS/test-images.npy", .badData,
      "DIGITS/test-images.npy: is an array of 400x8x8 numbers, which this command does not show: give a network, a "
        + "program, a result, a chip or a NIR graph"),
    Mistake(
      "inspect DIR/page.html", .badData,
      "DIR/page.html: is a page (HTML), which this command does not show: give a network, a program, a result, a "
        + "chip or a NIR graph"),
    Mistake(
      "inspect DIR/model.onnx", .badData,
      "DIR/model.onnx: is a trained network, which this command does not show: give a network, a program, a result, "
        + "a chip or a NIR graph"),
    Mistake(
      "sweep DIR/net.json", .badData,
      "DIR/net.json: is a spiking network, not a plan of a sweep: give a plan, as docs/plan-json.md describes it"),
    Mistake(
      "sweep DIR/badplan.json", .badData,
      "DIR/badplan.json: line 1, column 54: unknown key 'weightbits': did you mean 'weightBits'?"),
    Mistake(
      "sweep DIR/chips.json", .badData,
      "DIR/chips.json: is a list of chips, not a plan of a sweep: give a plan, as docs/plan-json.md describes it"),
    Mistake(
      "merge DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not a part of a run: give parts, which 'nmsim run --shard' writes"),
    Mistake(
      "explain DIR/net.nmsim", .badData,
      "DIR/net.nmsim: is a compiled program, not a spiking network: give a net.json, which 'nmsim convert' writes"),
    Mistake(
      "explain DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not a spiking network: give a net.json, which 'nmsim convert' writes"),
    Mistake(
      "compare DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not a spiking network or a compiled program: give a net.json, which 'nmsim "
        + "convert' writes"),
    Mistake("chips lohi", .badConfiguration, "unknown chip 'lohi': did you mean 'loihi'?"),
    Mistake("chips show", .usage, "chips: show needs the name of a chip: for example 'nmsim chips loihi'"),
    Mistake("chips list loihi", .usage, "chips: list takes no chip, got 'loihi': 'nmsim chips loihi' shows one"),
    Mistake("chips loihi odin", .usage, "chips: shows one chip, got 'loihi' and 'odin': name one"),
    Mistake(
      "export DIR/net.nmsim --nir", .badData,
      "DIR/net.nmsim: is a compiled program, not a spiking network: give a net.json, which 'nmsim convert' writes"),
    Mistake(
      "export DIR/run.json --nir", .badData,
      "DIR/run.json: is a run's result, not a spiking network: give a net.json, which 'nmsim convert' writes"),
    Mistake(
      "export DIR/explain.json --nir", .badData,
      "DIR/explain.json: is an explanation, not a spiking network: give a net.json, which 'nmsim convert' writes"),
    Mistake(
      "export DIR/model.onnx --nir", .badData,
      "DIR/model.onnx: is a trained network, not a spiking network: make one of it with 'nmsim convert DIR/model.onnx'"),
    Mistake(
      "export DIR/net.json --csv DIR/out", .usage,
      "DIR/net.json: is a spiking network, which is exported as a graph, not as tables: 'nmsim export DIR/net.json --nir' "
        + "writes it"),
    Mistake(
      "export DIR/net.nmsim --csv DIR/out", .badData,
      "DIR/net.nmsim: is a compiled program, not a run's result or a sweep's summary: make one with 'nmsim run "
        + "DIR/net.nmsim'"),
    Mistake(
      "export DIR/plan.json --latex DIR/out", .badData,
      "DIR/plan.json: is a plan of a sweep, not a run's result or a sweep's summary: make one of it with 'nmsim sweep "
        + "DIR/plan.json'"),
    Mistake(
      "export DIR/run.json --csv", .usage,
      "export: '--csv' needs a value: write '--csv FOLDER', or '--csv=FOLDER' for a value that begins with '-'"),
    Mistake("run -t 8", .usage, "run: unknown option '-t': did you mean '--ticks'?"),
    Mistake("report DIR/run.json -t Title", .usage, "report: unknown option '-t': did you mean '--title'?"),
    Mistake(
      "run DIR/net.nmsim DIGITS/test-images.npy", .usage,
      "run: unexpected argument 'DIGITS/test-images.npy', the command takes at most 1: data go after --input; 'nmsim run "
        + "--help' shows the usage"),
    Mistake(
      "convert DIR/model.onnx --quantize 8", .usage,
      "convert: unknown option '--quantize': 'nmsim compile' has '--weight-bits'"),
    Mistake("compile DIR/net.json --title x", .usage, "compile: unknown option '--title': 'nmsim report' has '--title'"),
    Mistake(
      "convert --input DIR/model.onnx", .usage,
      "convert: unknown option '--input': MODEL is given without an option, for example 'nmsim convert model.onnx "
        + "--method robust-norm --calibration images.npy --input-scale 1/255'"),
    Mistake(
      "compile --network DIR/net.json", .usage,
      "compile: unknown option '--network': NETWORK is given without an option, for example 'nmsim compile net.json'"),
    Mistake(
      "compile DIR/net.json --output-dir out", .usage,
      "compile: unknown option '--output-dir': did you mean '--output'?"),
    Mistake(
      "convert DIR/net.json", .badData,
      "DIR/net.json: is a spiking network, not a trained network or a NIR graph (HDF5): give an .onnx file, which "
        + "torch.onnx.export writes"),
    Mistake("compile DIR/net.json --chip Loihi", .badConfiguration, "unknown chip 'Loihi': did you mean 'loihi'?"),
    Mistake(
      "convert DIR/model.onnx --method rate", .usage,
      "convert: --method 'rate' is not one of the possible values: did you mean 'rate-norm'?"),
    Mistake(
      "sweep DIR/plan.json --shard 9/8", .usage,
      "sweep: --shard '9/8' is no part of a whole: give i/n with i from 1 to n, for example 2/8; or auto inside a Slurm "
        + "job array"),
    Mistake("run --steps=", .usage, "run: --steps '' is empty: give a value"),
    Mistake("sweep", .usage, "sweep: PLAN is missing: for example 'nmsim sweep plan.json'"),
    Mistake("merge", .usage, "merge: PART is missing: for example 'nmsim merge plan-sweep'"),
    Mistake("help comple", .usage, "help: no command or topic 'comple': did you mean 'compile'?"),
    Mistake("help omega", .usage, "help: no command or topic 'omega': 'nmsim help' lists the commands and topics"),
    Mistake("comple net.json", .usage, "unknown command 'comple': did you mean 'compile'?"),
    Mistake("simulate net.json", .usage, "unknown command 'simulate': 'nmsim help' lists the commands"),
    Mistake("-run", .usage, "unknown option '-run' before the command: options go after the command"),
    Mistake("--verison", .usage, "unknown option '--verison': did you mean '--version'?"),
    Mistake("version --jsn", .usage, "version: unknown option '--jsn': did you mean '--json'?"),
    Mistake(
      "completions tcsh", .usage,
      "completions: SHELL 'tcsh' is not one of the possible values: give bash, zsh or fish"),
    Mistake(
      "bench net.json", .usage,
      "bench: unexpected argument 'net.json', the command takes none: 'nmsim bench --help' shows the usage"),
    Mistake(
      "compile DIR/net.json --chip DIR/net.json", .badData,
      "DIR/net.json: is a spiking network, not a chip description: give a chip's file, or a name of 'nmsim chips'"),
    Mistake(
      "energy DIR/explain.json", .badData,
      "DIR/explain.json: is an explanation, not a run's result: give a run.json, which 'nmsim run' writes"),
    Mistake("energy DIR/none.json", .missingInput, "DIR/none.json: no such file: check the path"),
    Mistake("run DIR/net.nmsim --input DIR/none.npy", .missingInput, "DIR/none.npy: no such file: check the path"),
    Mistake("convert DIR/none.onnx", .missingInput, "DIR/none.onnx: no such file: check the path"),
    Mistake(
      "compile DIR/net.json --mapping DIR/none.json", .missingInput,
      "DIR/none.json: no such file: check the path"),
    Mistake(
      "evaluate DIR/model.onnx --input DIGITS/test-images.npy --expect DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not an array or an archive of arrays (.npz): give a .npy file, which "
        + "numpy.save writes"),
    Mistake(
      "sweep DIR/run.json", .badData,
      "DIR/run.json: is a run's result, not a plan of a sweep: give a plan, as docs/plan-json.md describes it"),
    Mistake(
      "merge DIR/net.nmsim", .badData,
      "DIR/net.nmsim: is a compiled program, not a part of a run: give parts, which 'nmsim run --shard' writes"),
    Mistake(
      "report DIR/net.json", .badData,
      "DIR/net.json: is a spiking network, not a run's result or a sweep's summary: give a run.json, which 'nmsim "
        + "run' writes"),
    Mistake(
      "run DIR/net.nmsim --input DIGITS/test-images.npy --min-accuracy 98", .usage,
      "run: --min-accuracy '98' is not a fraction of 1: give a number from 0 to 1; 98.5 % is 0.985"),
    Mistake(
      "convert DIR/model.onnx --mean red", .usage,
      "convert: --mean 'red' is not a list of numbers: give numbers separated by commas, for example 0.49,0.48,0.45"),
    Mistake(
      "convert DIR/model.onnx --steps 0", .usage,
      "convert: --steps '0' is out of range: give a whole number from 1 to 1,000,000"),
    Mistake(
      "compile DIR/net.json --weigth-bits 4", .usage,
      "compile: unknown option '--weigth-bits': did you mean '--weight-bits'?"),
  ]
}
