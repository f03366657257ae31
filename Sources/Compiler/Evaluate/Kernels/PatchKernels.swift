/// Rows of what a layer's weights read, one a sample and position, for ``RidgeRegression``.
///
/// They are stored twice: row by row, and in blocks of eight columns (`[block][row][8]`), as ``PackedRows`` wants the
/// transposed matrix.
struct PatchRows {
  /// Columns, a multiple of 16.
  let columns: Int
  let capacity: Int
  private(set) var count = 0
  private(set) var values: [Float]

  init(columns: Int, capacity: Int) {
    self.columns = (columns + 15) / 16 * 16
    self.capacity = capacity
    values = [Float](repeating: 0, count: self.columns * capacity)
  }

  mutating func removeAll() { count = 0 }

  /// Appends a row for each of the first `samples` lanes; missing columns are 0.
  mutating func append(_ patch: [Lanes], samples: Int) {
    precondition(patch.count <= columns && samples <= 16 && count + samples <= capacity)
    let start = count * columns
    unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe patch.withUnsafeBytes { patch in
        for column in 0..<(patch.count / 64) {
          for lane in 0..<samples {
            unsafe values[start + lane * columns + column] =
              patch.load(fromByteOffset: (column * 16 + lane) * 4, as: Float.self)
          }
        }
      }
    }
    count += samples
  }

  /// The transposed matrix: a row for each column.
  var transposed: PackedRows {
    let packed = unsafe [Float](unsafeUninitializedCapacity: columns * count) { packed, initialised in
      unsafe values.withUnsafeBufferPointer { values in
        var at = 0
        for block in stride(from: 0, to: columns, by: 8) {
          for row in 0..<count {
            for column in block..<(block + 8) {
              unsafe packed[at] = values[row * columns + column]
              at += 1
            }
          }
        }
        initialised = at
      }
    }
    return PackedRows(packed: packed, rows: columns, taps: count)
  }
}
