extension Dataset {
  /// SHA-256 of what the first samples are: shape, kind, values and labels, wherever and in whatever format they lay.
  ///
  /// 64 hexadecimal digits. Two files that decode to the same samples have the same hash.
  package func contentHash(samples: Int) -> String {
    let samples = max(0, min(samples, count))
    var hasher = SHA256()
    let labelled = labels == nil ? "no labels" : "labels"
    hasher.update(Array("nmsim data \(shape) \(kind) \(samples) \(labelled)\n".utf8))
    let end = samples * sampleSize
    switch values {
    case .uint8(let values): hasher.update(values.span.extracting(0..<end))
    case .float32(let values): hasher.update(values[..<end], bytes: 4) { UInt64($0.bitPattern) }
    case .float64(let values): hasher.update(values[..<end], bytes: 8) { $0.bitPattern }
    case .sparse(let values):
      for sample in 1...max(1, samples) where samples > 0 {
        hasher.update([values.end(ofFirst: sample)][...], bytes: 8) { UInt64($0) }
      }
      let entries = values.end(ofFirst: samples)
      hasher.update(values.places[..<entries], bytes: 8) { $0 }
      hasher.update(values.values[..<entries], bytes: 2) { UInt64($0) }
    }
    if let labels { hasher.update(labels[..<samples], bytes: 8) { UInt64(bitPattern: Int64($0)) } }
    if let targets = targets(ofSamples: 0..<samples) {
      hasher.update(Array("targets\n".utf8))
      hasher.update(targets[...], bytes: 8) { $0.bitPattern }
    }
    return SHA256.hexadecimal(hasher.finalized())
  }

  private var kind: String {
    switch values {
    case .uint8: "uint8"
    case .float32: "float32"
    case .float64: "float64"
    case .sparse: "events"
    }
  }
}

extension SHA256 {
  /// Appends numbers, little-endian, `bytes` of each.
  package mutating func update<Value>(_ values: ArraySlice<Value>, bytes: Int, pattern: (Value) -> UInt64) {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(1 << 16)
    for value in values {
      let bits = pattern(value)
      for index in 0..<bytes { buffer.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))) }
      if buffer.count >= (1 << 16) - 8 {
        update(buffer)
        buffer.removeAll(keepingCapacity: true)
      }
    }
    update(buffer)
  }
}
