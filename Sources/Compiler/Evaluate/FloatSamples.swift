import ChipModel
import Synchronization

/// Samples as the ANN takes them, made of their data when they are read: beside the data, only what is read at once is in
/// memory.
package struct FloatSamples: Sendable {
  private enum Source: Sendable {
    case values([Float])
    case data(Dataset, Preprocessing)
  }

  private let source: Source
  /// Of a sample.
  private let size: Int
  /// In the source.
  private let range: Range<Int>
  package var count: Int { range.count }

  /// Samples in memory, one after the other, `size` values each; what is left over is ignored.
  package init(_ values: [Float], size: Int) {
    source = .values(values)
    self.size = size
    range = 0..<(size > 0 ? values.count / size : 0)
  }

  /// - Parameters:
  ///   - range: of the data's samples.
  ///   - threads: at most this many; nil: as many as this process may use.
  /// - Throws: `DatasetError` of the first sample that cannot be taken: all are looked at.
  package init(
    _ data: Dataset, _ range: Range<Int>, preprocessing: Preprocessing, threads: Int? = nil
  ) throws(DatasetError) {
    source = .data(data, preprocessing)
    size = data.sampleSize
    self.range = range
    let portions = (range.count + 63) / 64
    let errors = Processors.map(portions, threads: threads) { portion -> DatasetError? in
      let first = range.lowerBound + portion * 64
      do throws(DatasetError) {
        var values: [Double] = []
        for sample in first..<min(first + 64, range.upperBound) {
          try data.values(ofSample: sample, preprocessing: preprocessing, into: &values)
        }
        return nil
      } catch { return error }
    }
    if let error = errors.lazy.compactMap({ $0 }).first { throw error }
  }

  private init(_ other: FloatSamples, _ range: Range<Int>) {
    (source, size) = (other.source, other.size)
    self.range = range
  }

  /// Some of them, counted from the first of these.
  package func part(_ part: Range<Int>) -> FloatSamples {
    precondition(part.lowerBound >= 0 && part.upperBound <= count)
    return FloatSamples(self, (range.lowerBound + part.lowerBound)..<(range.lowerBound + part.upperBound))
  }

  /// Values of all, one sample after the other.
  package var values: [Float] {
    switch source {
    case .values(let values): return Array(values[(range.lowerBound * size)..<(range.upperBound * size)])
    case .data(let data, let preprocessing):
      guard let values = try? data.floats(range, preprocessing: preprocessing) else {
        preconditionFailure("samples were looked at when these were made")
      }
      return values
    }
  }

  /// The least and the largest value; nil without values.
  var extremes: (least: Float, most: Float)? {
    let parts = Processors.map((count + 63) / 64) { portion -> (least: Float, most: Float) in
      part((portion * 64)..<min(count, portion * 64 + 64)).values.reduce((.infinity, -.infinity)) {
        (min($0.0, $1), max($0.1, $1))
      }
    }
    guard let first = parts.first else { return nil }
    return parts.dropFirst().reduce(first) { (min($0.least, $1.least), max($0.most, $1.most)) }
  }
}
