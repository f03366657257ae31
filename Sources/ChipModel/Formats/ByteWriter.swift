/// Builds a binary file: little-endian numbers, strings and arrays with their counts before them.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(raw: [UInt8]) { bytes.append(contentsOf: raw) }

  mutating func append<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) { RawArray.append([value], to: &bytes) }

  mutating func append(_ value: Int) { append(Int64(value)) }

  mutating func append(_ value: Bool) { append(UInt8(value ? 1 : 0)) }

  mutating func append(_ value: Double) { append(value.bitPattern) }

  mutating func append(_ value: String) { append(array: Array(value.utf8)) }

  mutating func append<T: FixedWidthInteger & BitwiseCopyable>(array values: [T]) {
    append(UInt64(values.count))
    RawArray.append(values, to: &bytes)
  }

  mutating func append(ints values: [Int]) { append(array: values.map(Int64.init)) }

  mutating func append(doubles values: [Double]) { append(array: values.map(\.bitPattern)) }

  /// Presence, then the value.
  mutating func append<T>(optional value: T?, _ write: (inout ByteWriter, T) -> Void) {
    append(value != nil)
    if let value { write(&self, value) }
  }

  /// A count, then the elements.
  mutating func append<T>(each values: [T], _ write: (inout ByteWriter, T) -> Void) {
    append(UInt64(values.count))
    for value in values { write(&self, value) }
  }
}
