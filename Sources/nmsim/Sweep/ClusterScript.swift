/// Scripts that run a sweep in parts on other engines: the same command for each part, then the merge.
///
/// Names are one quoted word each, without control characters: a line of a name's own could end what the shell reads.
struct ClusterScript: Sendable {
  private let plan: String
  private let folder: String
  private let job: String
  private let tasks: Int
  /// Of a task.
  private let threads: Int

  /// - Parameters:
  ///   - name: of the sweep, which the job is called after.
  ///   - threads: of a task; nil: 1.
  init(plan: String, folder: String, name: String, tasks: Int, threads: Int?) throws(CommandError) {
    for (what, text) in [("the plan's path", plan), ("the folder", folder), ("the sweep's name", name)]
    where ErrorText.escaped(text) != text {
      throw CommandError(
        .usage, subject: "sweep", problem: "\(what) \(ErrorText.quoted(text)) has control characters, which no script takes",
        remedy: "rename it")
    }
    self.plan = ShellWord.path(plan)
    self.folder = folder
    self.tasks = tasks
    self.threads = threads ?? 1
    job = ShellWord.quoted("nmsim-" + name)
  }

  /// - Parameter engine: `slurm` or `parallel`.
  func text(_ engine: String) -> String { engine == "slurm" ? slurm : parallel }

  private var sweep: String { "\"${NMSIM:-nmsim}\" sweep \(plan) --output \(ShellWord.path(folder))" }
  private var merge: String { "\"${NMSIM:-nmsim}\" merge \(ShellWord.path(folder))" }

  /// What Slurm writes into the folder; a `%` of the folder's own is no pattern.
  private func output(_ name: String) -> String {
    ShellWord.path(folder.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%") + "/" + name)
  }

  private var slurm: String {
    """
    #!/bin/sh
    # Submits a sweep to Slurm: a job array of \(tasks), and the merge that waits for all of it. Run it where the plan is.
    # A task that is stopped before its time is up, preempted or lost with its node is requeued and continues.
    # NMSIM names the program where it is not on the PATH. Add partition, account and time as 'sbatch' options here.
    set -eu
    mkdir -p \(ShellWord.path(folder))
    array=$(sbatch --parsable --job-name=\(job) --array=1-\(tasks) --cpus-per-task=\(threads) \\
      --requeue --signal=B:TERM@60 --open-mode=append --output=\(output("slurm-%a.txt")) <<'TASK'
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
    sbatch --parsable --job-name=\(job) --dependency="afterok:$array" --output=\(output("slurm-merge.txt")) <<'TASK'
    #!/bin/sh
    exec \(merge)
    TASK

    """
  }

  /// GNU parallel reads braces in a command as patterns, so that names come to it as variables.
  private var parallel: String {
    """
    #!/bin/sh
    # Runs a sweep in \(tasks) parts with GNU parallel, then merges them. Run it where the plan is; run again, it continues.
    # NMSIM names the program where it is not on the PATH.
    set -eu
    export NMSIM="${NMSIM:-nmsim}" NMSIM_PLAN=\(plan) NMSIM_FOLDER=\(ShellWord.path(folder))
    mkdir -p "$NMSIM_FOLDER"
    seq \(tasks) | parallel --halt soon,fail=1 \\
      '"$NMSIM" sweep "$NMSIM_PLAN" --output "$NMSIM_FOLDER" --shard {}/\(tasks) --threads \(threads) --quiet'
    \(merge)

    """
  }
}
