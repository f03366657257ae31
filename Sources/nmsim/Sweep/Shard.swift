/// One of several equal parts of a piece of work: `--shard 2/8`, or `auto` inside a Slurm job array.
struct Shard: Sendable, Equatable {
  /// 1...count
  let index: Int
  let count: Int

  /// Most parts; also Slurm's usual limit is far below.
  private static let most = 1_000_000

  /// - Parameters:
  ///   - text: `i/n` or `auto`.
  ///   - command: whose option it is.
  ///   - environment: value of a variable.
  init(
    _ text: String, command: String, environment: (String) -> String? = Environment.value
  ) throws(CommandError) {
    if text == "auto" {
      (index, count) = try Shard.task(command: command, environment: environment)
      return
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Shard.number(String($0)) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], count >= 1, count <= Shard.most,
      (1...count).contains(index)
    else {
      throw CommandError(
        .usage, subject: command, problem: "--shard \(ErrorText.quoted(text)) is no part of a whole",
        remedy: "give i/n with i from 1 to n, for example 2/8; or auto inside a Slurm job array")
    }
    self.index = index
    self.count = count
  }

  /// From what Slurm tells the tasks of a job array. Their numbers may begin anywhere and have gaps of one size.
  private static func task(
    command: String, environment: (String) -> String?
  ) throws(CommandError) -> (index: Int, count: Int) {
    func number(_ name: String) -> Int? { environment("SLURM_ARRAY_TASK_\(name)").flatMap(Shard.number) }
    guard let id = number("ID") else {
      throw CommandError(
        .usage, subject: command, problem: "--shard auto outside a Slurm job array (SLURM_ARRAY_TASK_ID is not set)",
        remedy: "submit with 'sbatch --array=1-8', or give i/n")
    }
    let least = number("MIN") ?? 1
    let step = max(1, number("STEP") ?? 1)
    let count = number("COUNT") ?? (number("MAX").map { ($0 - least) / step + 1 } ?? 0)
    let index = (id - least) / step + 1
    guard count >= 1, count <= Shard.most, id >= least, (id - least) % step == 0, index <= count else {
      throw CommandError(
        .usage, subject: command,
        problem: "--shard auto: task \(id) of a Slurm array of \(count) from \(least) in steps of \(step) is no part of it",
        remedy: "submit an array without gaps, such as 'sbatch --array=1-8'; or give i/n")
    }
    return (index, count)
  }

  /// The part of `0..<total` that it has; parts differ by one at most and cover the whole in order.
  func range(of total: Int) -> Range<Int> { Shard.range(index - 1, of: count, total: total) }

  /// The part with this index, from 0, of `count` equal parts.
  static func range(_ index: Int, of count: Int, total: Int) -> Range<Int> {
    // part * total / count without overflow.
    func boundary(_ part: Int) -> Int { total / count * part + total % count * part / count }
    return boundary(index)..<boundary(index + 1)
  }

  private static func number(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}
