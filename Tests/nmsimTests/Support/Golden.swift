import Foundation
import Testing

/// Compares text with a file under `Golden`. With NMSIM_RECORD=1 the file is written and the test fails on purpose, so
/// that a new baseline cannot pass unread.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Golden").appending(path: name)
  if ProcessInfo.processInfo.environment["NMSIM_RECORD"] == "1" {
    try Data(text.utf8).write(to: file)
    Issue.record("recorded Golden/\(name); read the difference, then run again without NMSIM_RECORD")
    return
  }
  let expected = (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) }
  guard let expected else {
    Issue.record("Golden/\(name) is missing; record it with NMSIM_RECORD=1", sourceLocation: sourceLocation)
    return
  }
  if text == expected { return }
  let (new, old) = (
    text.split(separator: "\n", omittingEmptySubsequences: false),
    expected.split(separator: "\n", omittingEmptySubsequences: false)
  )
  let line = zip(new, old).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(new.count, old.count)
  Issue.record(
    """
    Golden/\(name) differs from line \(line + 1) on:
    - \(line < old.count ? old[line] : "(end)")
    + \(line < new.count ? new[line] : "(end)")
    """, sourceLocation: sourceLocation)
}
