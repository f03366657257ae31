import ChipModel

extension Dataset {
  /// The input values of the first samples, one after the other, as `FloatEvaluator` takes them.
  /// - Parameter samples: how many; no more than there are.
  /// - Throws: `DatasetError`.
  package func floats(samples: Int, preprocessing: Preprocessing) throws(DatasetError) -> [Float] {
    try floats(0..<max(0, samples), preprocessing: preprocessing)
  }

  /// The same of samples in a row.
  package func floats(_ samples: Range<Int>, preprocessing: Preprocessing) throws(DatasetError) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(min(samples.count, count) * sampleSize)
    var values: [Double] = []
    for sample in samples {
      try self.values(ofSample: sample, preprocessing: preprocessing, into: &values)
      for value in values { result.append(Float(value)) }
    }
    return result
  }
}
