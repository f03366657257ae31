# bash completion for nmsim
# nmsim completions bash > ~/.local/share/bash-completion/completions/nmsim

# Offers the words of the first argument that begin with what was typed.
_nmsim_words() {
  local IFS=$' \t\n'
  COMPREPLY=( $(compgen -W "$1" -- "$current") )
}

# Offers nothing, file names neither.
_nmsim_nothing() {
  compopt +o default +o bashdefault 2>/dev/null
  COMPREPLY=()
}

_nmsim() {
  local current previous
  COMPREPLY=()
  current="${COMP_WORDS[COMP_CWORD]}"
  previous="${COMP_WORDS[COMP_CWORD-1]}"
  # bash splits --option=value into three words.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" && $COMP_CWORD -gt 2 ]]; then
    previous="${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if [[ $COMP_CWORD -eq 1 ]]; then
    _nmsim_words "convert evaluate compile run sweep merge energy compare report explain bench export chips inspect help completions manual version --help --version"
    return
  fi
  case "${COMP_WORDS[1]}" in
    convert)
      case "$previous" in
        --method)
          _nmsim_words "max-norm robust-norm channel-norm mmse trained spike-norm rmp weighted-spikes channel-balance rate-norm ic-snn ter-mapping aug-mapping bsnn ttfs auto"
          return ;;
        --steps)
          _nmsim_nothing
          return ;;
        --alpha)
          _nmsim_nothing
          return ;;
        --calibrate)
          _nmsim_nothing
          return ;;
        --neuron)
          _nmsim_words "if signed phase count switch"
          return ;;
        --max-count)
          _nmsim_nothing
          return ;;
        --percentile)
          _nmsim_nothing
          return ;;
        --spike-budget)
          _nmsim_nothing
          return ;;
        --period)
          _nmsim_nothing
          return ;;
        --lambda)
          _nmsim_nothing
          return ;;
        --tolerance)
          _nmsim_nothing
          return ;;
        --p)
          _nmsim_words "shared layer"
          return ;;
        --variant)
          _nmsim_words "i c ic weights"
          return ;;
        --membrane)
          _nmsim_words "clamp active literal"
          return ;;
        --initial)
          _nmsim_words "zero half dither random"
          return ;;
        --reset)
          _nmsim_words "soft hard"
          return ;;
        --readout)
          _nmsim_words "potential spikes"
          return ;;
        --task)
          _nmsim_words "classes regression"
          return ;;
        --max-pool)
          _nmsim_words "count winner"
          return ;;
        --lag)
          _nmsim_nothing
          return ;;
        --lag-at)
          _nmsim_words "all branches"
          return ;;
        --schedule)
          _nmsim_words "windowed separated"
          return ;;
        --seed)
          _nmsim_nothing
          return ;;
        --keep-accuracy)
          _nmsim_nothing
          return ;;
        --max-loss)
          _nmsim_nothing
          return ;;
        --chip)
          _nmsim_words "ideal generic-45nm truenorth loihi loihi-sanafe loihi2 spinnaker1 spinnaker2 dynapcnn odin"
          return ;;
        --calibration)
          return ;;
        --calibration-labels)
          return ;;
        --calibration-samples)
          _nmsim_nothing
          return ;;
        --output-name)
          _nmsim_nothing
          return ;;
        --input-shape)
          _nmsim_nothing
          return ;;
        --merge)
          _nmsim_words "auto never always"
          return ;;
        --input-scale)
          _nmsim_nothing
          return ;;
        --mean)
          _nmsim_nothing
          return ;;
        --std)
          _nmsim_nothing
          return ;;
        --test-images)
          return ;;
        --test-labels)
          return ;;
        -o|--output)
          return ;;
        --dt)
          _nmsim_nothing
          return ;;
        --discretisation)
          _nmsim_words "euler exact"
          return ;;
        --floor)
          _nmsim_nothing
          return ;;
        --input-coding)
          _nmsim_words "bernoulli rate phase latency events"
          return ;;
        --json)
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "--method --steps --alpha --calibrate --neuron --max-count --percentile --spike-budget --period --lambda --tolerance --p --variant --membrane --no-negative-threshold --no-synchronous-neurons --initial --reset --readout --task --max-pool --lag --lag-at --schedule --literal --seed --keep-accuracy --max-loss --chip --list --calibration --calibration-labels --calibration-samples --output-name --input-shape --merge --input-scale --mean --std --test-images --test-labels -o --output --dt --discretisation --multiple-spikes --floor --input-coding --json -q --quiet --color -h --help"
      fi ;;
    evaluate)
      case "$previous" in
        --input)
          return ;;
        --labels)
          return ;;
        --samples)
          _nmsim_nothing
          return ;;
        --output-name)
          _nmsim_nothing
          return ;;
        --input-shape)
          _nmsim_nothing
          return ;;
        --merge)
          _nmsim_words "auto never always"
          return ;;
        --input-scale)
          _nmsim_nothing
          return ;;
        --mean)
          _nmsim_nothing
          return ;;
        --std)
          _nmsim_nothing
          return ;;
        -o|--outputs|--output)
          return ;;
        --expect)
          return ;;
        --threads)
          _nmsim_nothing
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "--input --labels --samples --output-name --input-shape --merge --input-scale --mean --std -o --outputs --output --expect --threads -q --quiet --color -h --help"
      fi ;;
    compile)
      case "$previous" in
        --chip)
          _nmsim_words "ideal generic-45nm truenorth loihi loihi-sanafe loihi2 spinnaker1 spinnaker2 dynapcnn odin"
          return ;;
        --weight-bits)
          _nmsim_nothing
          return ;;
        --membrane-bits)
          _nmsim_nothing
          return ;;
        --fraction-bits)
          _nmsim_nothing
          return ;;
        --scale)
          _nmsim_words "channel population"
          return ;;
        --pools)
          _nmsim_words "fold layer auto"
          return ;;
        --split)
          _nmsim_words "none exact auto"
          return ;;
        --input-coding)
          _nmsim_words "bernoulli rate phase latency events"
          return ;;
        --mapping)
          _nmsim_words "optimised row-major random"
          return ;;
        --calibration)
          return ;;
        --calibration-samples)
          _nmsim_nothing
          return ;;
        --schedule)
          _nmsim_words "windowed continuous separated"
          return ;;
        --lag)
          _nmsim_nothing
          return ;;
        --steps)
          _nmsim_nothing
          return ;;
        --seed)
          _nmsim_nothing
          return ;;
        --dead-cores)
          _nmsim_nothing
          return ;;
        --dead-links)
          _nmsim_nothing
          return ;;
        --stuck-weight-bits)
          _nmsim_nothing
          return ;;
        --fault-seed)
          _nmsim_nothing
          return ;;
        -o|--output)
          return ;;
        --write-mapping)
          return ;;
        --json)
          return ;;
        --memory)
          _nmsim_nothing
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "--chip --weight-bits --membrane-bits --fraction-bits --scale --pools --split --input-coding --mapping --calibration --calibration-samples --schedule --lag --steps --seed --dead-cores --dead-links --stuck-weight-bits --fault-seed -o --output --write-mapping --json --memory -q --quiet --color -h --help"
      fi ;;
    run)
      case "$previous" in
        --ticks|--steps)
          _nmsim_nothing
          return ;;
        --threads)
          _nmsim_nothing
          return ;;
        --engine)
          _nmsim_words "fast interpreter"
          return ;;
        --input-coding)
          _nmsim_words "bernoulli rate phase latency events"
          return ;;
        --flip-membrane-bits)
          _nmsim_nothing
          return ;;
        --lose-spikes)
          _nmsim_nothing
          return ;;
        --duplicate-spikes)
          _nmsim_nothing
          return ;;
        --fault-seed)
          _nmsim_nothing
          return ;;
        --input)
          return ;;
        --labels)
          return ;;
        --samples)
          _nmsim_nothing
          return ;;
        --time-window)
          _nmsim_nothing
          return ;;
        --event-count)
          _nmsim_nothing
          return ;;
        --n-time-bins)
          _nmsim_nothing
          return ;;
        --n-event-bins)
          _nmsim_nothing
          return ;;
        --model)
          return ;;
        --shard)
          _nmsim_nothing
          return ;;
        --target)
          _nmsim_nothing
          return ;;
        --min-accuracy)
          _nmsim_nothing
          return ;;
        --spike-profile)
          _nmsim_nothing
          return ;;
        -o|--output|--json)
          return ;;
        --sample-costs)
          return ;;
        --predictions)
          return ;;
        --outputs)
          return ;;
        --trace)
          return ;;
        --trace-samples)
          _nmsim_nothing
          return ;;
        --probe)
          _nmsim_nothing
          return ;;
        --memory)
          _nmsim_nothing
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
        --time-model)
          _nmsim_words "fixed simple analytic detailed"
          return ;;
        --time-samples)
          _nmsim_nothing
          return ;;
        --input-step)
          _nmsim_nothing
          return ;;
        --early-decision)
          _nmsim_nothing
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "--ticks --steps --threads --engine --input-coding --flip-membrane-bits --lose-spikes --duplicate-spikes --fault-seed --input --labels --samples --time-window --event-count --n-time-bins --n-event-bins --at-most-one --model --no-ann --shard --target --min-accuracy --spike-profile -o --output --json --sample-costs --predictions --outputs --trace --trace-samples --probe --no-timing --memory -q --quiet --color --time-model --time-samples --input-step --barrier-free --per-tick --early-decision -h --help"
      fi ;;
    sweep)
      case "$previous" in
        -o|--output)
          return ;;
        --threads)
          _nmsim_nothing
          return ;;
        --shard)
          _nmsim_nothing
          return ;;
        --emit)
          _nmsim_words "slurm parallel"
          return ;;
        --tasks)
          _nmsim_nothing
          return ;;
        --memory)
          _nmsim_nothing
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "-o --output --list --status --threads --shard --emit --tasks --memory -q --quiet --color -h --help"
      fi ;;
    merge)
      case "$previous" in
        -o|--output)
          return ;;
        --program)
          return ;;
        --predictions)
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "-o --output --partial --program --predictions -q --quiet --color -h --help"
      fi ;;
    energy)
      case "$previous" in
        --baseline)
          return ;;
        --profile)
          _nmsim_nothing
          return ;;
        -o|--output|--json)
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "--baseline --profile --explain --estimate -o --output --json -q --quiet --color -h --help"
      fi ;;
    compare)
      case "$previous" in
        --chips)
          _nmsim_nothing
          return ;;
        --weight-bits)
          _nmsim_nothing
          return ;;
        --membrane-bits)
          _nmsim_nothing
          return ;;
        --fraction-bits)
          _nmsim_nothing
          return ;;
        --schedule)
          _nmsim_words "windowed continuous separated"
          return ;;
        --ticks|--steps)
          _nmsim_nothing
          return ;;
        --threads)
          _nmsim_nothing
          return ;;
        --input)
          return ;;
        --labels)
          return ;;
        --samples)
          _nmsim_nothing
          return ;;
        --model)
          return ;;
        -o|--output|--json)
          return ;;
        --out)
          return ;;
        --memory)
          _nmsim_nothing
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "--chips --weight-bits --membrane-bits --fraction-bits --schedule --ticks --steps --threads --input --labels --samples --model --no-ann -o --output --json --out --memory -q --quiet --color -h --help"
      fi ;;
    report)
      case "$previous" in
        -o|--output)
          return ;;
        --title)
          _nmsim_nothing
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "-o --output --title -q --quiet --color -h --help"
      fi ;;
    explain)
      case "$previous" in
        --model)
          return ;;
        --ticks|--steps)
          _nmsim_nothing
          return ;;
        --chip)
          _nmsim_words "ideal generic-45nm truenorth loihi loihi-sanafe loihi2 spinnaker1 spinnaker2 dynapcnn odin"
          return ;;
        --weight-bits)
          _nmsim_nothing
          return ;;
        --membrane-bits)
          _nmsim_nothing
          return ;;
        --fraction-bits)
          _nmsim_nothing
          return ;;
        --scale)
          _nmsim_words "channel population"
          return ;;
        --input)
          return ;;
        --labels)
          return ;;
        --samples)
          _nmsim_nothing
          return ;;
        -o|--output|--json)
          return ;;
        --memory)
          _nmsim_nothing
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "--model --ticks --steps --chip --weight-bits --membrane-bits --fraction-bits --scale --input --labels --samples -o --output --json --memory -q --quiet --color -h --help"
      fi ;;
    bench)
      case "$previous" in
        --model)
          return ;;
        --input)
          return ;;
        --labels)
          return ;;
        --samples)
          _nmsim_nothing
          return ;;
        --ticks)
          _nmsim_nothing
          return ;;
        --calibration)
          return ;;
        --calibration-labels)
          return ;;
        --calibration-samples)
          _nmsim_nothing
          return ;;
        --input-scale)
          _nmsim_nothing
          return ;;
        --mean)
          _nmsim_nothing
          return ;;
        --std)
          _nmsim_nothing
          return ;;
        --kernels)
          _nmsim_words "all swift base avx2 avx512"
          return ;;
        --runs)
          _nmsim_nothing
          return ;;
        -o|--output|--json)
          return ;;
        --memory)
          _nmsim_nothing
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "--model --input --labels --samples --ticks --calibration --calibration-labels --calibration-samples --input-scale --mean --std --kernels --runs --quick -o --output --json --memory -q --quiet --color -h --help"
      else
        _nmsim_nothing
      fi ;;
    export)
      case "$previous" in
        --csv)
          return ;;
        --latex)
          return ;;
        --svg)
          return ;;
        --dt)
          _nmsim_nothing
          return ;;
        -o|--output)
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "--csv --latex --svg --nir --dt -o --output -q --quiet --color -h --help"
      fi ;;
    chips)
      case "$previous" in
        -o|--output|--json)
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "-o --output --json -q --quiet --color -h --help"
      else
        _nmsim_words "list show ideal generic-45nm truenorth loihi loihi-sanafe loihi2 spinnaker1 spinnaker2 dynapcnn odin"
      fi ;;
    inspect)
      case "$previous" in
        -o|--output|--json)
          return ;;
        --color)
          _nmsim_words "auto always never"
          return ;;
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "-o --output --json -q --quiet --color -h --help"
      fi ;;
    help)
      case "$previous" in
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "-h --help"
      else
        _nmsim_words "convert evaluate compile run sweep merge energy compare report explain bench export chips inspect help completions manual version words files output exit-status cite"
      fi ;;
    completions)
      case "$previous" in
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "-h --help"
      else
        _nmsim_words "bash zsh fish"
      fi ;;
    manual)
      case "$previous" in
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "-h --help"
      else
        _nmsim_nothing
      fi ;;
    version)
      case "$previous" in
      esac
      if [[ $current == -* ]]; then
        _nmsim_words "--json -h --help"
      else
        _nmsim_nothing
      fi ;;
  esac
}

complete -o bashdefault -o default -F _nmsim nmsim
