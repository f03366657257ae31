/// Where the samples of an array file lie: one after the other behind a header that announces how many they are.
struct ArrayLayout {
  /// Samples that the header announces.
  let rows: Int
  /// Bytes of a sample.
  let rowSize: Int
  /// Bytes of the header.
  let dataStart: Int
  /// The header of the same file with so many samples.
  let header: (_ rows: Int) -> [UInt8]
}

/// The first samples of a compressed array file, as a file of only these: what comes behind them is not inflated.
struct DataBeginning {
  let bytes: [UInt8]
  /// Samples that the whole file announces.
  let rows: Int

  /// Bytes in which the header is looked for.
  private static let headSize = 1 << 16

  /// Nil where the whole file is needed: its form is unknown, it has no more samples, or a sample is not in one piece.
  /// - Parameters:
  ///   - maximum: most bytes to inflate.
  ///   - inflate: gives the first bytes, so many or all that there are.
  init?<Failure: Error>(
    samples: Int, maximum: Int, inflate: (Int) throws(Failure) -> [UInt8]
  ) throws(Failure) {
    let head = try inflate(Self.headSize)
    guard let layout = IDX.layout(head) ?? NumPy.layout(head), samples < layout.rows else { return nil }
    let (size, overflow) = samples.multipliedReportingOverflow(by: layout.rowSize)
    let (end, carry) = size.addingReportingOverflow(layout.dataStart)
    guard !overflow, !carry, end <= maximum else { return nil }
    let part = try inflate(end)
    guard part.count >= end else { return nil }
    bytes = layout.header(samples) + part[layout.dataStart..<end]
    rows = layout.rows
  }
}
