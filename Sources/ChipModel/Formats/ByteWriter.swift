/// Builds a binary file: little-endian numbers, counted arrays and texts, sections with a tag and a length.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

  /// The place of a case in the list of all.
  mutating func choice<Value: CaseIterable & Equatable>(_ value: Value) {
    byte(UInt8(truncatingIfNeeded: Array(Value.allCases).firstIndex(of: value) ?? 0))
  }

  mutating func word32(_ value: UInt32) { RawArrays.append([value], to: &bytes) }

  mutating func word64(_ value: UInt64) { RawArrays.append([value], to: &bytes) }

  mutating func int(_ value: Int) { word64(UInt64(bitPattern: Int64(value))) }

  /// All bits: every NaN and both zeros come back as they were.
  mutating func double(_ value: Double) { word64(value.bitPattern) }

  /// Nothing or one value: 0, or 1 and the value.
  mutating func optional<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
    flag(value != nil)
    if let value { write(&self, value) }
  }

  /// The number of elements, then each.
  mutating func list<Element>(_ elements: [Element], _ write: (inout ByteWriter, Element) -> Void) {
    int(elements.count)
    for element in elements { write(&self, element) }
  }

  /// UTF-8, counted.
  mutating func text(_ value: String) { array(Array(value.utf8)) }

  /// The number of elements, then all of them in one copy.
  mutating func array<Element: FixedWidthInteger & BitwiseCopyable>(_ elements: [Element]) {
    int(elements.count)
    RawArrays.append(elements, to: &bytes)
  }

  mutating func raw(_ values: [UInt8]) { bytes += values }

  /// Four letters, the content's length in bytes, the content.
  mutating func section(_ tag: String, _ content: (inout ByteWriter) -> Void) {
    raw(Array(tag.utf8))
    let place = bytes.count
    word64(0)
    content(&self)
    patch64(UInt64(bytes.count - place - 8), at: place)
  }

  /// Overwrites eight bytes written before.
  mutating func patch64(_ value: UInt64, at place: Int) {
    for index in 0..<8 { bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
  }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }
}
