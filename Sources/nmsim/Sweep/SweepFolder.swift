import ChipModel
import Runtime

/// The folder of a sweep: `points/ID.json`, one result a point; `points.json`, the points in their order; `sweep.json`,
/// the summary. Every file is written beside and renamed; equal inputs give equal bytes, so processes that do the same
/// work write the same file.
struct SweepFolder: Sendable {
  let path: String
  private let claims: FileClaims

  /// What is known of a point.
  enum Outcome: Sendable, Equatable {
    case finished(SweepFigures)
    /// There is no such run: the network does not fit the chip, the method does not suit the network.
    case refused(String)
    case missing
  }

  /// The files in the folder itself.
  static let fileNames = ["points.json", "sweep.json"]
  /// Format of a point that cannot be run.
  static let refusalFormat = "nmsim-refusal/2"
  private static let formerRefusalFormat = "nmsim-refusal/1"
  /// Largest result file, bytes.
  private static let largest = 1 << 28

  /// A folder that is there.
  init(reading path: String) {
    self.path = path
    // Opening would make the file; a folder without points has no claims.
    claims = FileClaims(path: FolderFiles.exists("\(path)/points") ? "\(path)/points/.claims" : "\0")
  }

  /// Makes the folder where it is missing.
  init(making path: String) throws(CommandError) {
    try OutputFolder.make("\(path)/points")
    FolderFiles.removeLeftovers(in: path)
    FolderFiles.removeLeftovers(in: "\(path)/points")
    self.init(reading: path)
  }

  func file(_ id: String) -> String { "\(path)/points/\(id).json" }

  // MARK: Points

  /// Reads a point's file. One that is no whole result, or was changed, counts as missing: the point is run again and replaces it.
  func outcome(_ id: String) -> Outcome {
    guard let bytes = try? FileReader.bytes(of: file(id), limit: Self.largest), let root = try? JSONParser.parse(bytes)
    else { return .missing }
    let node = JSONNode(root: root)
    guard var o = try? node.object(), let format = try? o.required("format").string() else { return .missing }
    // Version 1 had no checksums.
    let isFormer = RunResult.formerFormats.contains(format) || format == Self.formerRefusalFormat
    guard JSONSeal.isWhole(bytes) || (isFormer && o.optional("checksum") == nil) else { return .missing }
    if let run = try? RunResult(node) { return .finished(SweepFigures(run)) }
    guard [Self.refusalFormat, Self.formerRefusalFormat].contains(format), let problem = try? o.required("problem").string()
    else { return .missing }
    return .refused(problem)
  }

  func write(_ result: RunResult, of point: SweepPoint) throws(CommandError) {
    try OutputFile.write(sealed: result.document, to: file(point.id))
  }

  func write(refusal problem: String, of point: SweepPoint) throws(CommandError) {
    let document = JSONOutput.object(
      [("format", .string(Self.refusalFormat)), ("problem", .string(problem))] + point.members)
    try OutputFile.write(sealed: document, to: file(point.id))
  }

  // MARK: Claims

  /// Says that this process runs the point; false where another one that works has said so. The claim of a process that
  /// was stopped (SIGSTOP) is stale: equal inputs give equal bytes, so at worst the point is run twice.
  func claim(_ id: String) -> Bool {
    claims.take(Self.piece(id)) || claims.holder(of: Self.piece(id)).map(ProcessControl.isStopped) ?? false
  }
  func giveBack(_ id: String) { claims.giveBack(Self.piece(id)) }
  func isClaimed(_ id: String) -> Bool { claims.holder(of: Self.piece(id)) != nil }

  /// Who has claimed the point, in words.
  func holder(_ id: String) -> String {
    claims.holder(of: Self.piece(id)).flatMap { $0 > 0 ? "process \($0)" : nil } ?? "another process"
  }

  /// A number of 60 bits: two points of the same number would only wait for one another.
  private static func piece(_ id: String) -> Int { Int(id.prefix(15), radix: 16) ?? 0 }
}
