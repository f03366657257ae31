/// Scripts that run a sweep in parts on other engines: the same command for each part, then the merge.
struct ClusterScript: Sendable {
  var plan: String
  var folder: String
  var name: String
  var tasks: Int
  /// Of a task; nil: 1.
  var threads: Int?

  /// - Parameter engine: `slurm` or `parallel`.
  func text(_ engine: String) -> String { engine == "slurm" ? slurm : parallel }

  private var sweep: String { "\"${NMSIM:-nmsim}\" sweep \(quoted(plan)) --output \(quoted(folder))" }
  private var merge: String { "\"${NMSIM:-nmsim}\" merge \(quoted(folder))" }

  private var slurm: String {
    let job = quoted("nmsim-" + name)
    return """
      #!/bin/sh
      # Submits a sweep to Slurm: a job array of \(tasks), and the merge that waits for all of it. Run it where the plan is.
      # A task that is stopped before its time is up, preempted or lost with its node is requeued and continues.
      # NMSIM names the program where it is not on the PATH. Add partition, account and time as 'sbatch' options here.
      set -eu
      mkdir -p \(quoted(folder))
      array=$(sbatch --parsable --job-name=\(job) --array=1-\(tasks) --cpus-per-task=\(threads ?? 1) \\
        --requeue --signal=B:TERM@60 --open-mode=append --output=\(quoted(folder + "/slurm-%a.txt")) <<'TASK'
      #!/bin/sh
      \(sweep) --shard auto --quiet &
      task=$!
      trap 'kill -TERM "$task" 2>/dev/null' TERM
      wait "$task" && status=0 || status=$?
      # The signal ends the first wait, not the task.
      while kill -0 "$task" 2>/dev/null; do wait "$task" && status=0 || status=$?; done
      if [ "$status" -eq 75 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
      exit "$status"
      TASK
      )
      array=${array%%;*}
      sbatch --parsable --job-name=\(job) --dependency="afterok:$array" --output=\(quoted(folder + "/slurm-merge.txt")) <<'TASK'
      #!/bin/sh
      exec \(merge)
      TASK

      """
  }

  private var parallel: String {
    """
    #!/bin/sh
    # Runs a sweep in \(tasks) parts with GNU parallel, then merges them. Run it where the plan is; run again, it continues.
    # NMSIM names the program where it is not on the PATH.
    set -eu
    export NMSIM="${NMSIM:-nmsim}"
    mkdir -p \(quoted(folder))
    seq \(tasks) | parallel --halt soon,fail=1 \(quoted(sweep + " --shard {}/\(tasks) --threads \(threads ?? 1) --quiet"))
    \(merge)

    """
  }

  /// One word of a shell.
  private func quoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"),
        UInt8(ascii: "-"), UInt8(ascii: "%"):
        true
      default: false
      }
    }
    if plain && !text.isEmpty { return text }
    var word = "'"
    for character in text { word += character == "'" ? "'\\''" : String(character) }
    return word + "'"
  }
}
