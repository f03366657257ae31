/// "Did you mean": the closest of a few known names.
enum Suggestion {
  /// Names longer than this are not compared: the comparison is quadratic, and nobody mistypes 64 letters.
  private static let longest = 64

  /// The closest candidate, or nil when none is close: at most one edit for every three letters, at least one edit,
  /// or the only candidate that begins with what was typed. Ties go to the earlier candidate.
  static func closest(to typed: String, among candidates: [String]) -> String? {
    let letters = Array(typed.lowercased())
    guard !letters.isEmpty, letters.count <= longest else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = edits(letters, Array(candidate))
      if distance <= max(1, max(letters.count, candidate.count) / 3), distance < best?.distance ?? Int.max {
        best = (candidate, distance)
      }
    }
    if let best { return best.name }
    let extended = candidates.filter { $0.hasPrefix(typed.lowercased()) }
    return extended.count == 1 ? extended[0] : nil
  }

  /// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
  private static func edits(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
