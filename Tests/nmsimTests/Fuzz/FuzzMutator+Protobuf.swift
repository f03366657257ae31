/// Changes of a protobuf message's fields, so that lengths stay right and the model's own reader is reached.
extension FuzzMutator {
  mutating func mutatedProtobuf(_ seed: [UInt8]) -> [UInt8]? {
    guard var message = ProtobufMessage(seed) else { return nil }
    for _ in 0..<(1 + pick(4)) { change(&message) }
    return message.bytes
  }

  private mutating func change(_ message: inout ProtobufMessage) {
    guard !message.fields.isEmpty else { return }
    let index = pick(message.fields.count)
    if case .bytes(let bytes) = message.fields[index].value, !chance(5), var inner = ProtobufMessage(bytes) {
      change(&inner)
      message.fields[index].value = .bytes(inner.bytes)
      return
    }
    switch pick(8) {
    case 0: message.fields.remove(at: index)
    case 1: message.fields.insert(message.fields[index], at: pick(message.fields.count))
    case 2: message.fields.swapAt(index, pick(message.fields.count))
    case 3: message.fields[index].number = 1 + pick(24)
    default: message.fields[index].value = changed(message.fields[index].value)
    }
  }

  private mutating func changed(_ value: ProtobufMessage.Value) -> ProtobufMessage.Value {
    switch value {
    case .varint(let number):
      return .varint(chance(3) ? number &+ 1 : UInt64(bitPattern: choose(Self.integers)))
    case .fixed(var bytes):
      bytes[pick(bytes.count)] = choose([0, 0x7F, 0x80, 0xFF])
      return .fixed(bytes)
    case .bytes(var bytes):
      if chance(2), !shape.tokens.isEmpty { return .bytes(Array(choose(shape.tokens).utf8)) }
      change(&bytes)
      return .bytes(bytes)
    }
  }
}

/// A protobuf message as a list of fields; embedded messages are bytes.
struct ProtobufMessage {
  enum Value: Equatable {
    case varint(UInt64)
    /// Four or eight bytes.
    case fixed([UInt8])
    case bytes([UInt8])
  }
  struct Field: Equatable {
    var number: Int
    var value: Value
  }

  var fields: [Field] = []

  init() {}

  /// Nil for what is not a whole message: most texts are none.
  init?(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return nil }
    var place = 0
    func varint() -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        guard place < bytes.count else { return nil }
        value |= UInt64(bytes[place] & 0x7F) << shift
        place += 1
        if bytes[place - 1] < 0x80 { return value }
      }
      return nil
    }
    func take(_ count: UInt64) -> [UInt8]? {
      guard count <= UInt64(bytes.count - place) else { return nil }
      place += Int(count)
      return Array(bytes[(place - Int(count))..<place])
    }
    while place < bytes.count {
      guard let tag = varint(), (1..<64).contains(tag >> 3) else { return nil }
      let value: Value?
      switch tag & 7 {
      case 0: value = varint().map { .varint($0) }
      case 1: value = take(8).map { .fixed($0) }
      case 2: value = varint().flatMap { take($0) }.map { .bytes($0) }
      case 5: value = take(4).map { .fixed($0) }
      default: value = nil
      }
      guard let value else { return nil }
      fields.append(Field(number: Int(tag >> 3), value: value))
    }
  }

  mutating func add(_ number: Int, _ value: Int) {
    fields.append(Field(number: number, value: .varint(UInt64(bitPattern: Int64(value)))))
  }
  mutating func add(_ number: Int, raw bytes: [UInt8]) { fields.append(Field(number: number, value: .bytes(bytes))) }
  mutating func add(_ number: Int, _ text: String) { add(number, raw: Array(text.utf8)) }
  mutating func add(_ number: Int, _ message: ProtobufMessage) { add(number, raw: message.bytes) }

  var bytes: [UInt8] {
    var output: [UInt8] = []
    func varint(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      output.append(UInt8(truncatingIfNeeded: rest))
    }
    for field in fields {
      let number = UInt64(max(1, field.number)) << 3
      switch field.value {
      case .varint(let value):
        varint(number)
        varint(value)
      case .fixed(let bytes):
        varint(number | (bytes.count == 8 ? 1 : 5))
        output += bytes
      case .bytes(let bytes):
        varint(number | 2)
        varint(UInt64(bytes.count))
        output += bytes
      }
    }
    return output
  }
}
