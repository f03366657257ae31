/// Arrays that nobody reads any more, for the layers to come: the system gives large ones anew each time, page by page.
struct LaneBuffers {
  private var free: [[Lanes]] = []

  /// An array of `count` values, whatever they are.
  mutating func take(_ count: Int) -> [Lanes] {
    let fitting = free.indices.filter { free[$0].capacity >= count }.min { free[$0].capacity < free[$1].capacity }
    guard let fitting else {
      // One that is too small for this will be for others: memory stays what is in use at once.
      if let largest = free.indices.max(by: { free[$0].capacity < free[$1].capacity }) { free.remove(at: largest) }
      return unsafe [Lanes](unsafeUninitializedCapacity: count) { $1 = count }
    }
    var values = free.remove(at: fitting)
    if values.count > count { values.removeLast(values.count - count) }
    if values.count < count { values.append(contentsOf: repeatElement(.zero, count: count - values.count)) }
    return values
  }

  /// Takes an array back. One that is still read elsewhere is copied when it is next written.
  mutating func give(_ values: [Lanes]) {
    if !values.isEmpty { free.append(values) }
  }
}

/// Samples side by side in lanes: `count` (at most 16) from `first` on, `size` values each.
func lanes(of samples: [Float], first: Int, count: Int, size: Int) -> [Lanes] {
  precondition(first >= 0 && count <= 16 && (first + count) * size <= samples.count)
  return unsafe [Lanes](unsafeUninitializedCapacity: size) { lanes, initialised in
    unsafe samples.withUnsafeBufferPointer { samples in
      for index in 0..<size {
        var value = Lanes.zero
        for lane in 0..<count { unsafe value[lane] = samples[(first + lane) * size + index] }
        unsafe (lanes.baseAddress.unsafelyUnwrapped + index).initialize(to: value)
      }
    }
    initialised = size
  }
}
