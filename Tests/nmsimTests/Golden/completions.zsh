#compdef nmsim
# zsh completion for nmsim; save as _nmsim in a folder of $fpath:
# nmsim completions zsh > "${fpath[1]}/_nmsim"

# Offers the given names, and files.
_nmsim_or_files() {
  _alternative "names:name:($*)" 'files:file:_files'
}

_nmsim() {
  local -a commands
  commands=(
    'convert:Convert a trained network (ONNX, NIR) to a spiking one'
    'evaluate:Evaluate a trained network (ONNX) in floats'
    'compile:Compile a spiking network into a program for a chip'
    'run:Run a compiled network on samples'
    'sweep:Run every combination of a plan, or what is missing'
    'merge:Join the parts of a sweep or of a split run'
    'energy:Show the energy and time per inference of a run'
    'compare:Compare a network on several chips'
    'report:Write results as a page to read, print or send'
    'explain:Show layer by layer where accuracy is lost'
    'bench:Measure the speed of the engine on this machine'
    'export:Write tables and charts, or a network, as files'
    'chips:List chip descriptions, or show one'
    'inspect:Show what is in a network, a program or a result'
    'help:Show help for a command or topic'
    'completions:Print a completion script for a shell'
    'manual:Print the man page (mdoc)'
    'version:Show the version'
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    _arguments '--help[Show help]' '--version[Show the version]'
    return
  fi
  local name=${words[2]}
  shift words
  (( CURRENT-- ))
  case $name in
    convert)
      _arguments -s \
        '--method=[Conversion method.]:NAME:(max-norm robust-norm channel-norm mmse trained spike-norm rmp weighted-spikes channel-balance rate-norm ic-snn ter-mapping aug-mapping bsnn ttfs auto)' \
        '--steps=[Time steps that the network is calibrated for, and runs unless told otherwise.]:N: ' \
        '--alpha=[threshold methods\: factor of the thresholds that the method finds.]:X: ' \
        '--calibrate=[max-norm, robust-norm, channel-norm, mmse, trained, spike-norm, rmp, channel-balance, rate-norm, ttfs\: corrections on calibration data, layer by layer\: one of bias, initial and bias-by-step, and any of weights, neuron and last-layer.]:LIST: ' \
        '--neuron=[threshold methods\: neuron of the hidden layers; signed ones take back what they sent too much, count ones send several thresholds in a spike that carries their count; once all has arrived, phase ones send the binary digits of their count, switch ones a spike that turns a current on and one that turns it off.]:if|signed|phase|count|switch:(if signed phase count switch)' \
        '--max-count=[max-norm, robust-norm, channel-norm, mmse, trained, spike-norm, rmp, channel-balance, rate-norm, aug-mapping\: largest count that a spike carries. Without it 4 for count neurons, any for aug-mapping.]:N: ' \
        '--percentile=[robust-norm, ic-snn\: percentile of the activations taken as maximum.]:X: ' \
        '--spike-budget=[mmse\: spikes per sample that the hidden layers may send; thresholds are chosen for that, where it harms the outputs least.]:X: ' \
        '--period=[weighted-spikes, bsnn\: phases of a period.]:N: ' \
        '--lambda=[rate-norm\: weight of the rate inference loss.]:X: ' \
        '--tolerance=[rate-norm\: accuracy that may be lost; of values their distance from the ANN'\''s, relative to their spread.]:FRACTION: ' \
        '--p=[rate-norm\: one factor for all layers, or one for each, or a number, which is not searched.]:shared|layer|NUMBER:(shared layer)' \
        '--variant=[ic-snn\: initial potentials, coding compensation, both, or from the weights.]:i|c|ic|weights:(i c ic weights)' \
        '--membrane=[ic-snn\: which residual potentials are averaged\: each cut to 0 and the threshold, those that are not negative, or all as they are.]:clamp|active|literal:(clamp active literal)' \
        '--no-negative-threshold[ter-mapping, aug-mapping\: leave the negative threshold of LeakyReLU out\: negative activations are lost.]' \
        '--no-synchronous-neurons[bsnn\: residual shortcuts without synchronisation.]' \
        '--initial=[Initial potential\: zero, half the threshold, that half dithered over neighbours, or random below the threshold.]:zero|half|dither|random:(zero half dither random)' \
        '--reset=[After a spike\: subtract the threshold, or set to zero.]:soft|hard:(soft hard)' \
        '--readout=[What is read as the answer.]:potential|spikes:(potential spikes)' \
        '--task=[What outputs are\: classes to compare, or values, each with a scale of its own.]:classes|regression:(classes regression)' \
        '--max-pool=[What a max pool of spikes emits\: by how much its largest count rose, or the spike of the neuron that has it.]:count|winner:(count winner)' \
        '--lag=[Ticks that a layer adds before it may fire.]:N: ' \
        '--lag-at=[Which layers the lag is for\: all, or only those that more than one layer reads, as in front of a shortcut.]:all|branches:(all branches)' \
        '--schedule=[When layers are active\: all in step, or each adds all steps before it fires.]:windowed|separated:(windowed separated)' \
        '--literal[Take the paper as printed where a corrected reading is the default.]' \
        '--seed=[spike-norm, rmp\: seed of the random input spikes.]:N: ' \
        '--keep-accuracy=[auto\: find the cheapest with at least this accuracy, a fraction of 1, within --steps or 256.]:ACCURACY: ' \
        '--max-loss=[auto\: the same, at most so many points (hundredths of accuracy) below the ANN.]:POINTS: ' \
        '--chip=[auto\: the chip that the network is for; what it refuses is left out. Trials are on '\''ideal'\'' all the same.]:NAME|FILE: _nmsim_or_files ideal generic-45nm truenorth loihi loihi-sanafe loihi2 spinnaker1 spinnaker2 dynapcnn odin' \
        '--list[auto\: show what was tried and the Pareto front, and write nothing.]' \
        '--calibration=[Images for calibration\: IDX, .npy, .npz or CIFAR.]:DATA:_files' \
        '--calibration-labels=[Their labels.]:LABELS:_files' \
        '--calibration-samples=[How many samples, from the first.]:N: ' \
        '--output-name=[Which output of the model is the answer; another value that a node computes will do too.]:NAME: ' \
        '--input-shape=[Sizes of the model'\''s input without the batch axis, such as 3x224x224, where it leaves them open.]:SHAPE: ' \
        '--merge=[Whether linear layers that follow one another become one layer\: where that costs less than relay neurons between them, never, or always.]:auto|never|always:(auto never always)' \
        '--input-scale=[Factor of the raw values, such as 1/255.]:X: ' \
        '--mean=[Subtracted after scaling, for each channel.]:X,...: ' \
        '--std=[Divided by after that, for each channel.]:X,...: ' \
        '--test-images=[Images that the network names as its own test data, for '\''run'\''; the ANN is tried on them.]:DATA:_files' \
        '--test-labels=[Their labels.]:LABELS:_files' \
        '(-o --output)-o+[The spiking network; its weights go beside it, as FILE with .safetensors for .json.]:FILE:_files' \
        '(-o --output)--output=[The spiking network; its weights go beside it, as FILE with .safetensors for .json.]:FILE:_files' \
        '--dt=[Length of a step, for time constants and delays, in seconds.]:X: ' \
        '--discretisation=[How a step approximates a time constant\: dt/tau, or 1 - exp(-dt/tau).]:euler|exact:(euler exact)' \
        '--multiple-spikes[Neurons without leak send as many spikes in a step as thresholds fit, and subtract them, as in Sinabs.]' \
        '--floor=[Lower limit of potentials; Sinabs reads NIR with minus the threshold.]:X: ' \
        '--input-coding=[How the input spikes.]:bernoulli|rate|phase|latency|events:(bernoulli rate phase latency events)' \
        '--json=[Also write what became of each parameter, as JSON.]:FILE:_files' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '1:MODEL:_files' ;;
    evaluate)
      _arguments -s \
        '--input=[Images\: IDX, .npy, .npz or CIFAR.]:DATA:_files' \
        '--labels=[Labels; without any, the accuracy is unknown.]:LABELS:_files' \
        '--samples=[How many samples, from the first.]:N: ' \
        '--output-name=[Which output of the model is the answer; another value that a node computes will do too.]:NAME: ' \
        '--input-shape=[Sizes of the model'\''s input without the batch axis, such as 3x224x224, where it leaves them open.]:SHAPE: ' \
        '--merge=[Whether linear layers that follow one another become one layer\: where that costs less than relay neurons between them, never, or always.]:auto|never|always:(auto never always)' \
        '--input-scale=[Factor of the raw values, such as 1/255.]:X: ' \
        '--mean=[Subtracted after scaling, for each channel.]:X,...: ' \
        '--std=[Divided by after that, for each channel.]:X,...: ' \
        '(-o --outputs)-o+[Write the outputs\: the file'\''s own, whatever ends it, one row per sample.]:FILE.npy:_files' \
        '(-o --outputs)--outputs=[Write the outputs\: the file'\''s own, whatever ends it, one row per sample.]:FILE.npy:_files' \
        '--output=[Write the outputs\: the file'\''s own, whatever ends it, one row per sample.]:FILE.npy:_files' \
        '--expect=[Outputs of another program for the same samples, one row per sample, in the file'\''s own layout.]:FILE.npy:_files' \
        '--threads=[Threads, at most 1024.]:N: ' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '1:MODEL:_files' ;;
    compile)
      _arguments -s \
        '--chip=[Chip description\: a name of '\''nmsim chips'\'', or a file.]:NAME|FILE: _nmsim_or_files ideal generic-45nm truenorth loihi loihi-sanafe loihi2 spinnaker1 spinnaker2 dynapcnn odin' \
        '--weight-bits=[Bits of a weight.]:N: ' \
        '--membrane-bits=[Bits of a membrane potential.]:N: ' \
        '--fraction-bits=[Extra low bits of biases, thresholds and potentials.]:N: ' \
        '--scale=[Quantisation granularity\: weights have a scale per output channel, or per layer.]:channel|population:(channel population)' \
        '--pools=[What becomes of average pools\: folded into the weights behind them, layers of their own, or layers only where a limit forbids to fold them.]:fold|layer|auto:(fold layer auto)' \
        '--split=[What becomes of a fan-in, a fan-out or a weight beyond a limit\: refused, split where that is exact, or split wherever that is possible.]:none|exact|auto:(none exact auto)' \
        '--input-coding=[How the input spikes.]:bernoulli|rate|phase|latency|events:(bernoulli rate phase latency events)' \
        '--mapping=[Where the cores are placed, or a file that says which neurons each core holds.]:optimised|row-major|random|FILE: _nmsim_or_files optimised row-major random' \
        '--calibration=[Images that show how often neurons fire\: where to cut layers, what the optimised mapping puts close together, and what spikes of partial sums are worth. Without any, all neurons count alike.]:DATA:_files' \
        '--calibration-samples=[How many samples, from the first.]:N: ' \
        '--schedule=[Layers active in their windows, all at every tick, or each adding all steps before it fires.]:windowed|continuous|separated:(windowed continuous separated)' \
        '--lag=[Ticks that a layer adds before it may fire.]:N: ' \
        '--steps=[Steps that a separated schedule is for.]:N: ' \
        '--seed=[Seed of the optimised and the random mapping.]:N: ' \
        '--dead-cores=[Cores that the mapping avoids\: each with a probability, such as 0.05, or by number, such as 3,8-11.]:RATE|LIST: ' \
        '--dead-links=[Links between tiles that routes avoid\: each with a probability, or by tile and direction, such as 0\:3\:east.]:RATE|LIST: ' \
        '--stuck-weight-bits=[Probability that a stored weight bit is stuck at 0 or 1.]:RATE: ' \
        '--fault-seed=[Seed of the faults.]:N: ' \
        '(-o --output)-o+[The program.]:FILE:_files' \
        '(-o --output)--output=[The program.]:FILE:_files' \
        '--write-mapping=[Also write which neurons each core holds, to change and give to --mapping.]:FILE:_files' \
        '--json=[Also write the tables as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '--memory=[Most memory, in GiB. A small file can describe a very large network; one that needs more than this is refused.]:GIB: ' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '1:NETWORK:_files' ;;
    run)
      _arguments -s \
        '--ticks=[Time steps per inference.]:T: ' \
        '--steps=[Time steps per inference.]:T: ' \
        '--threads=[Threads, at most 1024.]:N: ' \
        '--engine=[fast computes layer by layer; interpreter moves every message from core to core, slowly. Their results are equal.]:fast|interpreter:(fast interpreter)' \
        '--input-coding=[Another coding of an input that spikes, of those that the program'\''s synapses take.]:bernoulli|rate|phase|latency|events:(bernoulli rate phase latency events)' \
        '--flip-membrane-bits=[Probability that a bit of a membrane potential flips, each bit and step.]:RATE: ' \
        '--lose-spikes=[Probability that a spike is never sent.]:RATE: ' \
        '--duplicate-spikes=[Probability that a spike is sent twice.]:RATE: ' \
        '--fault-seed=[Seed of the faults.]:N: ' \
        '--input=[Images\: IDX, .npy, .npz or CIFAR; of events a file or a folder of recordings.]:DATA:_files' \
        '--labels=[Labels; without any, accuracies are unknown.]:LABELS:_files' \
        '--samples=[How many samples, from the first.]:N: ' \
        '--time-window=[Events\: microseconds of a step.]:N: ' \
        '--event-count=[Events\: so many in a step.]:N: ' \
        '--n-time-bins=[Events\: so many steps of equal length.]:N: ' \
        '--n-event-bins=[Events\: so many steps of equal numbers of events.]:N: ' \
        '--at-most-one[Events\: a pixel spikes once in a step, however many events it has.]' \
        '--model=[The ANN, an .onnx file\: its accuracy on the same samples is shown beside the run'\''s. Decisions are kept beside the network, as NET.ann, for later runs.]:MODEL:_files' \
        '--no-ann[Do not evaluate the ANN.]' \
        '--shard=[Run only the I-th of N parts of the samples, for '\''nmsim merge'\''. auto\: the task of a Slurm job array.]:I/N|auto: ' \
        '--target=[An accuracy, a fraction of 1. Report the step from which on it is kept, and the energy until then.]:ACCURACY: ' \
        '--min-accuracy=[End with status 1 when the accuracy is below this fraction of 1.]:ACCURACY: ' \
        '--spike-profile=[Energy per spike for the papers'\'' model.]:NAME: ' \
        '(-o --output)-o+[The result; '\''-'\'' is standard output.]:FILE|-:_files' \
        '(-o --output)--output=[The result; '\''-'\'' is standard output.]:FILE|-:_files' \
        '--json=[The result; '\''-'\'' is standard output.]:FILE|-:_files' \
        '--sample-costs=[One row per sample\: its spikes, synaptic operations, energy on the chip and latency. The run takes about a seventh longer.]:FILE.csv:_files' \
        '--predictions=[One row per sample\: index, label, prediction, decision step.]:FILE.csv:_files' \
        '--outputs=[The output values, in units of the ANN.]:FILE.npy:_files' \
        '--trace=[Write traces of the first samples\: spikes.csv, perf.csv, messages.csv and trace.json (Perfetto); with probes potential.csv and probes.vcd (GTKWave). A file ends at 256 MiB, trace.json at a million events; the command says what is left out.]:FOLDER:_files' \
        '--trace-samples=[How many samples to trace. They run once more.]:N: ' \
        '--probe=[A neuron whose potential is traced, for example conv1\:0; may be given several times.]:POP:NEURON: ' \
        '--no-timing[Leave the simulation'\''s own wall time out of the result.]' \
        '--memory=[Most memory, in GiB. A small file can describe a very large network; one that needs more than this is refused.]:GIB: ' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '--time-model=[How the length of a tick is found. '\''fixed'\''\: the chip'\''s own tick. '\''simple'\''\: the slowest core. '\''analytic'\''\: the slowest core, message or link, without queueing. '\''detailed'\''\: every message, through links with finite buffers. All but '\''fixed'\'' cost simulation time.]:fixed|simple|analytic|detailed:(fixed simple analytic detailed)' \
        '--time-samples=[Samples that are timed, from the first; times are their mean.]:N: ' \
        '--input-step=[How long a step of the input lasts. Power and energy are then given for that time too\: a chip that is faster waits.]:SECONDS: ' \
        '--barrier-free[The chip runs without the barrier after each tick; both times are shown ('\''analytic'\'' only).]' \
        '--per-tick[Count by tick\: the chip'\''s energy over time, and up to the target accuracy; NeuroBench'\''s operations where spikes are pooled or carry counts. The run takes about a seventh longer. --target and --early-decision imply it.]' \
        '--early-decision=[Also report early exit\: each sample stops when its decision is '\''stable\:N'\'', the same after N steps in a row; '\''margin\:M'\'', the largest output ahead of the next by M integer units; or both, '\''stable\:N,margin\:M'\''.]:RULE: ' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '1::PROGRAM:_files' ;;
    sweep)
      _arguments -s \
        '(-o --output)-o+[Where the results go.]:FOLDER:_files' \
        '(-o --output)--output=[Where the results go.]:FOLDER:_files' \
        '--list[Print the points and run nothing.]' \
        '--status[Print how far the sweep is and run nothing.]' \
        '--threads=[Threads, at most 1024.]:N: ' \
        '--shard=[Run only the I-th of N parts, without a summary\: '\''nmsim merge'\'' makes it. auto\: the task of a Slurm job array.]:I/N|auto: ' \
        '--emit=[Print a script that runs the sweep in parts, then merges them\: for Slurm, or GNU parallel.]:slurm|parallel:(slurm parallel)' \
        '--tasks=[With --emit\: how many parts.]:N: ' \
        '--memory=[Most memory, in GiB. A small file can describe a very large network; one that needs more than this is refused.]:GIB: ' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '1:PLAN:_files' ;;
    merge)
      _arguments -s \
        '(-o --output)-o+[The result; '\''-'\'' is standard output.]:FILE|-:_files' \
        '(-o --output)--output=[The result; '\''-'\'' is standard output.]:FILE|-:_files' \
        '--partial[Sweeps\: sum up what is there, though points are missing.]' \
        '--program=[Runs\: the program that was run.]:FILE:_files' \
        '--predictions=[Runs\: also one row per sample, as '\''run --predictions'\'' writes it.]:FILE.csv:_files' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '*:PART:_files' ;;
    energy)
      _arguments -s \
        '--baseline=[Another run, to show ratios against.]:FILE:_files' \
        '--profile=[Energy per spike for the papers'\'' model.]:NAME: ' \
        '--explain[Show formulas, constants and their sources.]' \
        '--estimate[Estimate the unpublished constants of the chip, as ranges, apart from what is known\: prices of generic-45nm scaled to its technology, and static power by its memory.]' \
        '(-o --output)-o+[Also write the figures as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '(-o --output)--output=[Also write the figures as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '--json=[Also write the figures as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '1::RUN:_files' ;;
    compare)
      _arguments -s \
        '--chips=[The chips for networks\: names of '\''nmsim chips'\'' or files, separated by commas.]:NAME,...: ' \
        '--weight-bits=[Bits of a weight.]:N: ' \
        '--membrane-bits=[Bits of a membrane potential.]:N: ' \
        '--fraction-bits=[Extra low bits of biases, thresholds and potentials.]:N: ' \
        '--schedule=[Layers active in their windows, all at every tick, or each adding all steps before it fires.]:windowed|continuous|separated:(windowed continuous separated)' \
        '--ticks=[Time steps per inference.]:T: ' \
        '--steps=[Time steps per inference.]:T: ' \
        '--threads=[Threads, at most 1024.]:N: ' \
        '--input=[Images\: IDX, .npy, .npz or CIFAR. Without any, nothing is run.]:DATA:_files' \
        '--labels=[Labels; without any, accuracies are unknown.]:LABELS:_files' \
        '--samples=[How many samples, from the first.]:N: ' \
        '--model=[The ANN, an .onnx file\: its accuracy on the same samples is shown beside the run'\''s. Decisions are kept beside the network, as NET.ann, for later runs.]:MODEL:_files' \
        '--no-ann[Do not evaluate the ANN.]' \
        '(-o --output)-o+[Also write the comparison as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '(-o --output)--output=[Also write the comparison as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '--json=[Also write the comparison as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '--out=[Also write each run'\''s result into this folder, as CHIP.json, for '\''nmsim report'\''.]:FOLDER:_files' \
        '--memory=[Most memory, in GiB. A small file can describe a very large network; one that needs more than this is refused.]:GIB: ' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '*:NETWORK:_files' ;;
    report)
      _arguments -s \
        '(-o --output)-o+[The page; '\''-'\'' is standard output.]:FILE:_files' \
        '(-o --output)--output=[The page; '\''-'\'' is standard output.]:FILE:_files' \
        '--title=[The heading. Default\: the network'\''s or the sweep'\''s name.]:TEXT: ' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '*:RUN:_files' ;;
    explain)
      _arguments -s \
        '--model=[The ANN, an .onnx file.]:MODEL:_files' \
        '--ticks=[Time steps per inference.]:T: ' \
        '--steps=[Time steps per inference.]:T: ' \
        '--chip=[Chip description; its number of cores plays no part.]:NAME|FILE: _nmsim_or_files ideal generic-45nm truenorth loihi loihi-sanafe loihi2 spinnaker1 spinnaker2 dynapcnn odin' \
        '--weight-bits=[Bits of a weight.]:N: ' \
        '--membrane-bits=[Bits of a membrane potential.]:N: ' \
        '--fraction-bits=[Extra low bits of biases, thresholds and potentials.]:N: ' \
        '--scale=[Quantisation granularity\: weights have a scale per output channel, or per layer.]:channel|population:(channel population)' \
        '--input=[Images\: IDX, .npy, .npz or CIFAR.]:DATA:_files' \
        '--labels=[Their labels; without any, the ANN'\''s decisions.]:LABELS:_files' \
        '--samples=[How many samples, from the first.]:N: ' \
        '(-o --output)-o+[Also write the tables as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '(-o --output)--output=[Also write the tables as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '--json=[Also write the tables as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '--memory=[Most memory, in GiB. A small file can describe a very large network; one that needs more than this is refused.]:GIB: ' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '1:NETWORK:_files' ;;
    bench)
      _arguments -s \
        '--model=[An .onnx model, a network or a program to measure too, from import to run.]:MODEL:_files' \
        '--input=[Its images.]:DATA:_files' \
        '--labels=[Their labels.]:LABELS:_files' \
        '--samples=[Images, from the first.]:N: ' \
        '--ticks=[Time steps per inference.]:T: ' \
        '--calibration=[Images for calibration, for an .onnx model (robust-norm).]:DATA:_files' \
        '--calibration-labels=[Their labels.]:LABELS:_files' \
        '--calibration-samples=[How many samples, from the first.]:N: ' \
        '--input-scale=[Factor of the raw values, such as 1/255.]:X: ' \
        '--mean=[Subtracted after scaling, for each channel.]:X,...: ' \
        '--std=[Divided by after that, for each channel.]:X,...: ' \
        '--kernels=[Instructions to measure; all give equal results.]:LEVEL:(all swift base avx2 avx512)' \
        '--runs=[Rounds.]:N: ' \
        '--quick[Kernels, one small network and the model only.]' \
        '(-o --output)-o+[Also write a nmsim-bench/1 document; '\''-'\'' is standard output.]:FILE|-:_files' \
        '(-o --output)--output=[Also write a nmsim-bench/1 document; '\''-'\'' is standard output.]:FILE|-:_files' \
        '--json=[Also write a nmsim-bench/1 document; '\''-'\'' is standard output.]:FILE|-:_files' \
        '--memory=[Most memory, in GiB. A small file can describe a very large network; one that needs more than this is refused.]:GIB: ' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' ;;
    export)
      _arguments -s \
        '--csv=[Tables and the values of charts.]:FOLDER:_files' \
        '--latex=[Tables and charts.]:FOLDER:_files' \
        '--svg=[Charts.]:FOLDER:_files' \
        '--nir[A network as a NIR graph.]' \
        '--dt=[Length of a step, for time constants and delays, in seconds.]:X: ' \
        '(-o --output)-o+[The graph.]:FILE:_files' \
        '(-o --output)--output=[The graph.]:FILE:_files' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '*:FILE:_files' ;;
    chips)
      _arguments -s \
        '(-o --output)-o+[Also write what is shown as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '(-o --output)--output=[Also write what is shown as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '--json=[Also write what is shown as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '1::ACTION: _nmsim_or_files list show ideal generic-45nm truenorth loihi loihi-sanafe loihi2 spinnaker1 spinnaker2 dynapcnn odin' \
        '2::CHIP: _nmsim_or_files ideal generic-45nm truenorth loihi loihi-sanafe loihi2 spinnaker1 spinnaker2 dynapcnn odin' ;;
    inspect)
      _arguments -s \
        '(-o --output)-o+[Also write what is shown as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '(-o --output)--output=[Also write what is shown as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '--json=[Also write what is shown as JSON; '\''-'\'' is standard output.]:FILE:_files' \
        '(-q --quiet)-q[Print errors only\: no tables, no progress.]' \
        '(-q --quiet)--quiet[Print errors only\: no tables, no progress.]' \
        '--color=[Colour in the terminal\: auto, always or never.]:WHEN:(auto always never)' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '*:FILE:_files' ;;
    help)
      _arguments -s \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '1::NAME:(convert evaluate compile run sweep merge energy compare report explain bench export chips inspect help completions manual version words files output exit-status cite)' ;;
    completions)
      _arguments -s \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' \
        '1:SHELL:(bash zsh fish)' ;;
    manual)
      _arguments -s \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' ;;
    version)
      _arguments -s \
        '--json[As JSON\: version, system, architecture and kind of build.]' \
        '(-h --help)-h[Show this help.]' \
        '(-h --help)--help[Show this help.]' ;;
  esac
}

if [[ $funcstack[1] == _nmsim ]]; then
  _nmsim "$@"
else
  compdef _nmsim nmsim
fi
