/// Decompression of raw deflate data (RFC 1951), the inside of gzip and ZIP files.
///
/// Every symbol of up to 10 bits is one table look-up; longer ones walk the canonical code bit by bit. The output is
/// bounded by the caller, so a small file that expands without end costs no more memory than the bound.
package enum Inflate {
  /// A bound that leaves `count` bytes, where there are so many: what would cross it, at most a stored block, is left out.
  static func reach(_ count: Int) -> Int { min(count, Int.max - 65_536) + 65_536 }

  /// Appends the decompressed form of `input[start..<end]` to `output`.
  ///
  /// The range may be longer than the compressed data: what follows the final block is not looked at.
  /// - Parameters:
  ///   - input: Bytes that hold the deflate data.
  ///   - start: First byte of the deflate data.
  ///   - end: End of the bytes that may be read; nil: the end of `input`.
  ///   - output: Grows by the decompressed bytes.
  ///   - maximum: Most bytes to append.
  /// - Returns: The index after the last byte used.
  /// - Throws: `FormatError`; `output` then holds what was there before and no more than `maximum` further bytes.
  /// - Complexity: O(compressed + decompressed bytes).
  package static func decode(
    _ input: [UInt8], from start: Int = 0, to end: Int? = nil, appendingTo output: inout [UInt8], maximum: Int
  ) throws(FormatError) -> Int {
    let limit = end ?? input.count
    guard start >= 0, start <= limit, limit <= input.count else { throw .cut(at: input.count) }
    var decoder = InflateDecoder(
      reader: BitReader(bytes: input, position: start, end: limit), base: output.count, maximum: max(0, maximum))
    try decoder.decode(into: &output)
    return decoder.reader.byteAligned
  }
}

extension FormatError {
  /// - Parameter offset: of the byte in the file, 0-based.
  fileprivate static func damaged(_ what: String, at offset: Int) -> FormatError {
    FormatError("damaged compressed data at byte \(offset): \(what); copy the file again")
  }

  fileprivate static func cut(at offset: Int) -> FormatError {
    FormatError("compressed data end early at byte \(offset); the file is cut short, copy it again")
  }

  fileprivate static func unusedCode(at offset: Int) -> FormatError { damaged("unused code", at: offset) }
  fileprivate static func badCode(at offset: Int) -> FormatError {
    damaged("code lengths form no Huffman code", at: offset)
  }
}

/// Deflate data that come piece by piece: what leaves it goes 64 KiB at a time, and the last 32 KiB stay for copies.
struct InflateStream {
  private var decoder = InflateDecoder(reader: BitReader(bytes: [], position: 0, end: 0), base: 0, maximum: .max)
  private var output: [UInt8] = []

  private static let history = 32_768
  private static let piece = 1 << 16

  /// Whether the final block has ended.
  var isAtEnd: Bool { if case .end = decoder.state { true } else { false } }

  /// Once it has ended, what follows the data.
  var rest: [UInt8] { decoder.reader.rest }

  /// Takes some bytes more and gives some; none where it needs more, or has ended.
  /// - Parameter isLast: no more will come.
  mutating func advance(_ more: [UInt8], isLast: Bool) throws(FormatError) -> [UInt8] {
    decoder.reader.append(more)
    let before = output.count
    decoder.written = before
    try decoder.advance(into: &output, isLast: isLast, until: before + Self.piece)
    output.removeLast(output.count - decoder.written)
    let piece = Array(output[before...])
    output.removeFirst(max(0, output.count - Self.history))
    return piece
  }
}

/// One decompression: where it reads, and how much it may write.
private struct InflateDecoder {
  /// What comes next.
  enum State {
    case block
    /// So many bytes as they are.
    case stored(Int)
    case symbols(literals: HuffmanCode, distances: HuffmanCode)
    case end
  }
  var state = State.block
  private var isFinal = false
  var reader: BitReader
  /// Bytes in the output before this stream: copies never reach behind it.
  let base: Int
  let maximum: Int
  var written = 0
  /// Built at the first fixed block and kept: a file may consist of a million empty ones.
  private var fixed: (literals: HuffmanCode, distances: HuffmanCode)?

  /// Bytes that the beginning of a block never exceeds.
  private static let mostOfHeader = 600

  init(reader: BitReader, base: Int, maximum: Int) {
    self.reader = reader
    self.base = base
    self.maximum = maximum
  }

  mutating func decode(into output: inout [UInt8]) throws(FormatError) {
    written = base
    defer { output.removeLast(output.count - written) }
    try advance(into: &output, isLast: true, until: .max)
  }

  /// Goes on to the end, to about `until` bytes of output, or, unless the input is the last, close to its end.
  mutating func advance(into output: inout [UInt8], isLast: Bool, until: Int) throws(FormatError) {
    while true {
      switch state {
      case .end: return
      case .block:
        guard isLast || reader.left >= Self.mostOfHeader else { return }
        isFinal = try reader.bits(1) == 1
        switch try reader.bits(2) {
        case 0: state = .stored(try storedLength())
        case 1:
          let codes = fixed ?? Self.fixedCodes()
          fixed = codes
          state = .symbols(literals: codes.literals, distances: codes.distances)
        case 2:
          let codes = try readCodes()
          state = .symbols(literals: codes.literals, distances: codes.distances)
        default: throw .damaged("block type 3 does not exist", at: reader.offset)
        }
      case .stored(let length):
        guard !isLast || reader.left >= length else { throw .cut(at: reader.endOffset) }
        let count = min(length, reader.left, max(0, until - written))
        try copyStored(count, into: &output)
        guard count == length else {
          state = .stored(length - count)
          return
        }
        state = isFinal ? .end : .block
      case .symbols(let literals, let distances):
        guard try decodeBlock(literals, distances, into: &output, isLast: isLast, until: until) else { return }
        state = isFinal ? .end : .block
      }
    }
  }

  /// Makes room for `count` bytes after `written`. The array grows by doubling, never past the bound.
  private func makeRoom(_ count: Int, in output: inout [UInt8]) throws(FormatError) {
    let used = written - base
    guard count <= maximum - used else {
      throw FormatError(
        "decompressed data are larger than the limit of \(maximum) bytes; split the file", isTooLarge: true)
    }
    let wanted = min(maximum, max(used + count, used * 2, 4096))
    output.append(contentsOf: repeatElement(0, count: base + wanted - output.count))
  }

  private mutating func storedLength() throws(FormatError) -> Int {
    let offset = reader.offset
    reader.alignToByte()
    let length = try reader.bits(16)
    guard try reader.bits(16) == length ^ 0xFFFF else {
      throw .damaged("stored length and its complement differ", at: offset)
    }
    return length
  }

  private mutating func copyStored(_ count: Int, into output: inout [UInt8]) throws(FormatError) {
    let start = reader.byteAligned
    if output.count - written < count { try makeRoom(count, in: &output) }
    for index in 0..<count { output[written + index] = reader.bytes[start + index] }
    written += count
    reader.restart(at: start + count)
  }

  /// - Returns: whether the block has ended.
  private mutating func decodeBlock(
    _ literals: HuffmanCode, _ distances: HuffmanCode, into output: inout [UInt8], isLast: Bool, until: Int
  ) throws(FormatError) -> Bool {
    // Up to here the input holds a whole symbol.
    let enough = isLast ? Int.max : reader.end - 8
    let lengthTable = DeflateTables.lengths
    let distanceTable = DeflateTables.distances
    var reader = self.reader
    var written = self.written
    // Both are copied back on every way out: the caller cuts the output at `written`.
    defer {
      self.reader = reader
      self.written = written
    }
    while true {
      if reader.position > enough || written >= until { return false }
      // 57 bits or more, which hold the longest symbol: 15 + 5 (length) + 15 + 13 (distance).
      reader.refill()
      let symbol = try literals.symbol(&reader)
      if symbol < 256 {
        if written == output.count {
          self.written = written
          try makeRoom(1, in: &output)
        }
        output[written] = UInt8(truncatingIfNeeded: symbol)
        written += 1
        continue
      }
      if symbol == 256 { return true }
      guard symbol < 286 else { throw .unusedCode(at: reader.offset) }
      let lengthEntry = lengthTable[symbol - 257]
      let length = lengthEntry.base + (try reader.take(lengthEntry.extra))
      let distanceSymbol = try distances.symbol(&reader)
      guard distanceSymbol < 30 else { throw .unusedCode(at: reader.offset) }
      let distanceEntry = distanceTable[distanceSymbol]
      let distance = distanceEntry.base + (try reader.take(distanceEntry.extra))
      guard distance <= written - base else {
        throw .damaged("copy from \(distance) bytes back with \(written - base) written", at: reader.offset)
      }
      if output.count - written < length {
        self.written = written
        try makeRoom(length, in: &output)
      }
      // Byte by byte on purpose: source and destination overlap when distance < length.
      for index in written..<(written + length) { output[index] = output[index - distance] }
      written += length
    }
  }

  /// The two codes of a dynamic block, section 3.2.7.
  private mutating func readCodes() throws(FormatError) -> (literals: HuffmanCode, distances: HuffmanCode) {
    let literalCount = try reader.bits(5) + 257
    let distanceCount = try reader.bits(5) + 1
    let lengthCount = try reader.bits(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw .badCode(at: reader.offset) }
    var lengths = [UInt8](repeating: 0, count: 19)
    for index in 0..<lengthCount {
      lengths[DeflateTables.codeLengthOrder[index]] = UInt8(truncatingIfNeeded: try reader.bits(3))
    }
    guard let lengthCode = HuffmanCode(lengths[...], mayBeIncomplete: false) else {
      throw .badCode(at: reader.offset)
    }
    let total = literalCount + distanceCount
    lengths = []
    lengths.reserveCapacity(total)
    while lengths.count < total {
      reader.refill()
      let symbol = try lengthCode.symbol(&reader)
      if symbol < 16 {
        lengths.append(UInt8(truncatingIfNeeded: symbol))
        continue
      }
      var value: UInt8 = 0
      let repetitions: Int
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw .badCode(at: reader.offset) }
        value = last
        repetitions = 3 + (try reader.take(2))
      case 17: repetitions = 3 + (try reader.take(3))
      default: repetitions = 11 + (try reader.take(7))
      }
      guard repetitions <= total - lengths.count else { throw .badCode(at: reader.offset) }
      lengths.append(contentsOf: repeatElement(value, count: repetitions))
    }
    // A block that cannot end is damaged; so is any incomplete code but a single one-bit one (as zlib has it).
    guard lengths[256] != 0,
      let literals = HuffmanCode(lengths[..<literalCount], mayBeIncomplete: true),
      let distances = HuffmanCode(lengths[literalCount...], mayBeIncomplete: true)
    else { throw .badCode(at: reader.offset) }
    return (literals, distances)
  }

  /// The codes of a fixed block, section 3.2.6.
  private static func fixedCodes() -> (literals: HuffmanCode, distances: HuffmanCode) {
    let literals =
      [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112) + [UInt8](repeating: 7, count: 24)
      + [UInt8](repeating: 8, count: 8)
    let distances = [UInt8](repeating: 5, count: 32)
    guard let literalCode = HuffmanCode(literals[...], mayBeIncomplete: false),
      let distanceCode = HuffmanCode(distances[...], mayBeIncomplete: false)
    else { preconditionFailure("the fixed codes of RFC 1951 are complete") }
    return (literalCode, distanceCode)
  }
}

/// The constant tables of RFC 1951, sections 3.2.5 and 3.2.7.
private enum DeflateTables {
  typealias Entry = (base: Int, extra: Int)

  /// Length symbols 257...285: smallest length and number of extra bits.
  static let lengths: [Entry] = [
    (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1), (15, 1), (17, 1), (19, 2),
    (23, 2), (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3), (67, 4), (83, 4), (99, 4), (115, 4), (131, 5),
    (163, 5), (195, 5), (227, 5), (258, 0),
  ]
  /// Distance symbols 0...29.
  static let distances: [Entry] = [
    (1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (7, 1), (9, 2), (13, 2), (17, 3), (25, 3), (33, 4), (49, 4), (65, 5),
    (97, 5), (129, 6), (193, 6), (257, 7), (385, 7), (513, 8), (769, 8), (1025, 9), (1537, 9), (2049, 10),
    (3073, 10), (4097, 11), (6145, 11), (8193, 12), (12289, 12), (16385, 13), (24577, 13),
  ]
  static let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
}

/// A canonical Huffman code: a table for codes of up to 10 bits, counts per length for the rest.
private struct HuffmanCode {
  private static let tableBits = 10
  /// Indexed by the next 10 bits: `symbol << 4 | length`; 0: a longer code, or none.
  private let table: [UInt16]
  /// Number of codes of each length, 0...15.
  private let counts: [Int]
  /// Symbols in the order of their codes.
  private let symbols: [UInt16]

  /// - Returns: nil where the lengths are over-subscribed, or leave codes unused (but for the one-bit exception).
  init?(_ lengths: ArraySlice<UInt8>, mayBeIncomplete: Bool) {
    var counts = [Int](repeating: 0, count: 16)
    for length in lengths { counts[Int(length)] += 1 }
    var left = 1
    var longest = 0
    for length in 1...15 {
      left = left * 2 - counts[length]
      if left < 0 { return nil }
      if counts[length] > 0 { longest = length }
    }
    if left > 0 && !(mayBeIncomplete && longest <= 1) { return nil }

    var offsets = [Int](repeating: 0, count: 16)
    var nextCodes = [Int](repeating: 0, count: 16)
    for length in 1..<15 {
      offsets[length + 1] = offsets[length] + counts[length]
      nextCodes[length + 1] = (nextCodes[length] + counts[length]) << 1
    }
    var symbols = [UInt16](repeating: 0, count: lengths.count)
    var table = [UInt16](repeating: 0, count: 1 << Self.tableBits)
    for (symbol, lengthByte) in lengths.enumerated() where lengthByte > 0 {
      let length = Int(lengthByte)
      symbols[offsets[length]] = UInt16(truncatingIfNeeded: symbol)
      offsets[length] += 1
      let code = nextCodes[length]
      nextCodes[length] += 1
      guard length <= Self.tableBits else { continue }
      // Codes arrive with their first bit lowest.
      var reversed = 0
      for bit in 0..<length where code >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
      let entry = UInt16(truncatingIfNeeded: symbol << 4 | length)
      for index in stride(from: reversed, to: table.count, by: 1 << length) { table[index] = entry }
    }
    counts[0] = 0
    self.table = table
    self.counts = counts
    self.symbols = symbols
  }

  /// The next symbol. The reader must have been refilled.
  @inline(__always)
  func symbol(_ reader: inout BitReader) throws(FormatError) -> Int {
    let entry = Int(table[Int(truncatingIfNeeded: reader.buffer) & (1 << Self.tableBits - 1)])
    if entry != 0 {
      try reader.drop(entry & 15)
      return entry >> 4
    }
    return try longSymbol(&reader)
  }

  private func longSymbol(_ reader: inout BitReader) throws(FormatError) -> Int {
    var code = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      code |= Int(truncatingIfNeeded: reader.buffer >> UInt64(length - 1)) & 1
      let count = counts[length]
      if code - count < first {
        try reader.drop(length)
        return Int(symbols[index + code - first])
      }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    // Fewer than 15 bits and no code: the data ended in the middle of one.
    throw reader.count < 15 ? .cut(at: reader.endOffset) : .unusedCode(at: reader.offset)
  }
}

/// Bits of a byte range, lowest bit first. Past the end the buffer reads as zeros, but none of them can be taken.
private struct BitReader {
  private(set) var bytes: [UInt8]
  private(set) var position: Int
  private(set) var end: Int
  /// Bytes of the data that were given and are gone.
  private var gone = 0
  private(set) var buffer: UInt64 = 0
  private(set) var count = 0

  init(bytes: [UInt8], position: Int, end: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  /// Byte that the next bit is in.
  var offset: Int { gone + position - (count + 7) / 8 }
  var endOffset: Int { gone + end }
  /// Whole bytes that are left.
  var left: Int { end - byteAligned }
  var rest: [UInt8] { Array(bytes[byteAligned..<end]) }
  /// First byte of which no bit was taken.
  var byteAligned: Int { position - count / 8 }

  /// Takes more bytes behind its own. Those in the buffer stay, because a stored block may begin with them.
  mutating func append(_ more: [UInt8]) {
    let used = max(0, position - 8)
    bytes = bytes[used..<end] + more
    (position, end, gone) = (position - used, bytes.count, gone + used)
  }

  /// Fills the buffer to more than 56 bits, fewer only at the end of the data.
  @inline(__always)
  mutating func refill() {
    while count <= 56, position < end {
      buffer |= UInt64(bytes[position]) << UInt64(count)
      position += 1
      count += 8
    }
  }

  @inline(__always)
  mutating func drop(_ bits: Int) throws(FormatError) {
    guard bits <= count else { throw .cut(at: endOffset) }
    buffer >>= UInt64(bits)
    count -= bits
  }

  /// Takes up to 16 bits that a refill has already brought in.
  @inline(__always)
  mutating func take(_ bits: Int) throws(FormatError) -> Int {
    let value = Int(truncatingIfNeeded: buffer & (1 << UInt64(bits) - 1))
    try drop(bits)
    return value
  }

  mutating func bits(_ bits: Int) throws(FormatError) -> Int {
    refill()
    return try take(bits)
  }

  mutating func alignToByte() {
    let partial = count & 7
    buffer >>= UInt64(partial)
    count -= partial
  }

  mutating func restart(at newPosition: Int) {
    position = newPosition
    buffer = 0
    count = 0
  }
}
