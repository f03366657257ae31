/// A curve in one line of text, for example accuracy after every step.
enum Sparkline {
  private static let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  private static let ascii: [Character] = ["_", ".", "-", ":", "=", "+", "*", "#"]

  /// The values at eight levels, at most `width` characters; longer series are averaged in equal parts.
  ///
  /// - Parameter range: the values of the lowest and the highest level; nil: those of the series. A constant series
  ///   without a range is drawn at the lowest level. Values that are not finite leave a blank.
  static func render(_ values: [Double], width: Int, range: ClosedRange<Double>? = nil, style: TextStyle) -> String {
    guard width > 0, !values.isEmpty else { return "" }
    let points = resampled(values, to: min(width, values.count))
    let finite = points.filter(\.isFinite)
    guard let low = range?.lowerBound ?? finite.min(), let high = range?.upperBound ?? finite.max() else {
      return String(repeating: " ", count: points.count)
    }
    let levels = style.usesUnicode ? blocks : ascii
    return String(
      points.map { point in
        guard point.isFinite else { return " " }
        // Halved, so that the difference of two huge numbers stays finite.
        let span = high / 2 - low / 2
        guard span > 0 else { return levels[0] }
        let share = min(max((point / 2 - low / 2) / span, 0), 1)
        return levels[min(Int(share * Double(levels.count)), levels.count - 1)]
      })
  }

  private static func resampled(_ values: [Double], to count: Int) -> [Double] {
    (0..<count).map { index in
      let slice = values[Shard.range(index, of: count, total: values.count)].filter(\.isFinite)
      return slice.isEmpty ? .nan : slice.reduce(0) { $0 + $1 / Double(slice.count) }
    }
  }
}
