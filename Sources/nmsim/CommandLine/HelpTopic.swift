/// A help page that belongs to no single command.
struct HelpTopic: Sendable, Equatable {
  var name: String
  /// What it is about, in one line without a full stop.
  var abstract: String
  /// Paragraphs and lists, in order.
  var body: [Block]

  enum Block: Sendable, Equatable {
    case paragraph(String)
    /// Terms and their explanations.
    case list([Entry])
    /// Lines as they are, at most 80 columns wide.
    case lines(String)
    /// The exit statuses of the table's commands.
    case exitStatuses
  }

  struct Entry: Sendable, Equatable {
    var term: String
    var text: String
    init(_ term: String, _ text: String) {
      self.term = term
      self.text = text
    }
  }

  static let all = [words, files, output, exitStatus, cite]

  static let cite = HelpTopic(
    name: "cite", abstract: "BibTeX of what methods, energies and chips come from",
    body: [
      .paragraph(
        "Cite what you use: the conversion method, the energy models, the chip. 'nmsim help cite > nmsim.bib' is a file for "
          + "BibTeX, which skips lines outside of entries.")
    ] + Citation.all.map { .lines($0.bibTeX(width: 78)) })

  static let words = HelpTopic(
    name: "words", abstract: "What is counted: steps, spikes, synaptic operations",
    body: [
      .list([
        Entry("step", "One time step of the network. An inference takes T of them: --steps T or --ticks T."),
        Entry(
          "tick",
          "One synchronous advance of the whole chip. Layers work in a pipeline, so an inference takes the steps plus "
            + "the depth of the network in ticks."),
        Entry("layer, population", "The neurons of one layer: what a network calls a layer is a population of a chip."),
        Entry("projection", "The synapses from one population, or the input, to another."),
        Entry("spike", "One event of one neuron at one tick, whatever signed count it carries."),
        Entry(
          "synaptic operation, SynOp",
          "One spike reaching one synapse inside the map. Padding is not a synapse, a zero weight is."),
        Entry("message", "One spike sent to one core."),
        Entry("hop", "One step of a message from a tile's router to the next."),
        Entry(
          "Effective_ACs", "Accumulates of all spikes over non-zero weights, as many times as the count they carry."),
        Entry("Effective_MACs", "Multiplications of the input encoding on the host, once per sample."),
        Entry("Dense", "The same operations with nothing skipped."),
        Entry("ANN", "The network that was converted."),
        Entry("LSB", "The least significant bit of a weight or threshold: what 1 stands for in the ANN's units."),
        Entry("early exit", "A sample ends when its decision is stable, before all steps are run."),
        Entry("Pareto front", "The points that no other point beats in accuracy and in cost."),
        Entry("rate", "Spikes per neuron and step."),
        Entry("fan-out in cores", "How many cores a neuron's spike is sent to."),
        Entry("residual potential", "What a membrane holds after the last step."),
        Entry("energy breakdown", "Energy by what spends it: each action, its count, its price."),
        Entry(
          "unpublished constant", "An energy or a time that no source gives: it is left out of the sum, and named."),
        Entry("accumulate (AC), MAC", "An addition; a multiplication with an addition."),
        Entry(
          "bottleneck", "The limit that is used most, or the operation whose busiest core or link takes longest."),
        Entry("sequential, pipelined", "One inference after another; or a new one every T ticks."),
        Entry("fault injection", "Faults that are put into a chip on purpose, to see what they do."),
        Entry("cosine", "In 'explain': likeness of a layer's rates and the ANN's activations; 1 is the same."),
        Entry(
          "K", "In 'explain': squared distance of a layer's firing rates from those that the ANN asks for, relative."),
        Entry(
          "Omega",
          "In 'explain': sum of a layer's rates over the sum of their squares (Ding et al. 2021, equation 8): 1 where "
            + "neurons fire in every step or never, more where rates are low."),
        Entry(
          "silent, saturated", "In 'explain': share of neurons that never fire; of updates that the membrane cuts."),
        Entry(
          "SIN", "In 'explain': share of a layer's spikes that neurons send whose activation in the ANN is 0 (spikes of "
            + "inactivated neurons: Li, Zhao, Zeng 2022)."),
        Entry(
          "full",
          "In 'explain': share of neurons that fire in every step. In 'compile' and 'compare': the largest share of a "
            + "limit."),
      ])
    ])

  static let files = HelpTopic(
    name: "files", abstract: "What the commands read and write",
    body: [
      .paragraph(
        "'nmsim compile net.json', 'nmsim run --ticks 200' and 'nmsim energy' can be typed in one folder: each one "
          + "finds the files that the one before it wrote. Outputs are replaced in one step: a file is either the old "
          + "one or the complete new one."),
      .list([
        Entry("net.json", "The spiking network: populations, projections, output; weights in a .safetensors file."),
        Entry("net.nmsim", "The compiled program: what every core of the chip holds. Binary, with a checksum."),
        Entry("map.json", "A mapping: which neurons each core holds, and where the core is."),
        Entry("run.json", "The result of a run: accuracy, spikes, operations, energy, time."),
        Entry(
          "run.json.partial",
          "The finished samples of an interrupted run. The same command continues from it, and removes it."),
        Entry("plan.json", "A sweep: what is combined. Its results go into plan-sweep, with sweep.json as the summary."),
        Entry("chip.json", "A chip description: limits, energy and time of every action, each with its source."),
        Entry("*.idx, *.npy, *.npz", "Images and labels; IDX also as .gz, CIFAR as its binary files."),
      ]),
      .paragraph("A '-' in place of an output file is standard output."),
    ])

  static let output = HelpTopic(
    name: "output", abstract: "Tables, JSON, colour, progress and the environment",
    body: [
      .paragraph(
        "Results go to standard output, everything else to standard error. --quiet leaves errors only. Progress is "
          + "shown on a terminal, for what takes longer than half a second. Tables fit 80 columns, or the terminal."),
      .list([
        Entry("NO_COLOR", "When set and not empty: no colour, unless --color always."),
        Entry("TERM", "'dumb': no colour, no progress."),
        Entry("CI", "When set: no progress."),
        Entry("LC_ALL, LC_CTYPE, LANG", "The first that is set decides whether charts use Unicode characters."),
        Entry("SLURM_CPUS_PER_TASK", "Default of --threads."),
        Entry("SLURM_ARRAY_TASK_ID, _MIN, _COUNT, _STEP", "Which part '--shard auto' runs."),
      ]),
      .paragraph(
        "An error is one line, 'nmsim: FILE: what is wrong: what to do'. Numbers in JSON are plain SI numbers: "
          + "joules, seconds, watts; accuracies are fractions of 1; what is unknown is null."),
    ])

  static let exitStatus = HelpTopic(
    name: "exit-status", abstract: "What the exit status means",
    body: [
      .paragraph("The numbers are those of sysexits.h; a script can tell a bad file from a full disk."), .exitStatuses,
    ])
}
