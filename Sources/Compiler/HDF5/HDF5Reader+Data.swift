import ChipModel

extension HDF5Reader {
  /// What one element is.
  private enum Element {
    case number(ElementType)
    /// Of so many bytes, padded with blanks or zeros.
    case text(Int)
    /// In a global heap.
    case longText

    /// In the file.
    func size(addressSize: Int) -> Int {
      switch self {
      case .number(let type): type.size
      case .text(let size): size
      case .longText: 8 + addressSize
      }
    }
  }

  mutating func dataset(_ messages: [Message], name: String, at address: Int) throws(HDF5Error) -> HDF5Object {
    func message(_ kind: Message.Kind, _ what: String) throws(HDF5Error) -> Range<Int> {
      guard let message = messages.first(where: { $0.kind == kind }) else {
        throw .malformed(offset: address, what: "data set '\(printable(name))' has no \(what)")
      }
      return message.data
    }
    let what = "data set '\(printable(name))'"
    let (shape, most) = try shape(message(.dataspace, "shape"), what)
    let element = try element(message(.datatype, "type"), what)
    guard let count = Tensor.elementCount(shape) else {
      throw .malformed(offset: address, what: "\(what) has shape \(shapeText(shape))")
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: element.size(addressSize: file.addressSize))
    try take(overflow ? Int.max : size, for: what)
    let filters = try messages.first { $0.kind == .filters }.map { (message) throws(HDF5Error) in
      try self.filters(message.data)
    }
    let data = try stored(
      message(.layout, "layout"), shape, most: most, size: size,
      elementSize: element.size(addressSize: file.addressSize), filters: filters ?? [], what)
    switch element {
    case .number(let type):
      guard let storage = Tensor.Storage(data, at: 0, count: count, as: type),
        let tensor = Tensor(shape: shape, storage: storage)
      else { throw .malformed(offset: address, what: "\(what) has too few bytes") }
      return .numbers(tensor)
    case .text(let size):
      return .texts(
        (0..<count).map { index in
          let whole = data[(index * size)..<((index + 1) * size)]
          let end = whole.firstIndex(of: 0) ?? whole.endIndex
          return String(decoding: whole[..<end], as: UTF8.self)
        }, shape: shape)
    case .longText: return .texts(try longTexts(data, count: count, what), shape: shape)
    }
  }

  // MARK: What it is

  /// The shape, and to what it may grow; nil: without end.
  private func shape(_ data: Range<Int>, _ what: String) throws(HDF5Error) -> ([Int], most: [Int?]) {
    let version = try file.byte(data.lowerBound, what)
    guard version == 1 || version == 2 else { throw .unsupported("\(what) with a shape of version \(version)") }
    if version == 2, try file.byte(data.lowerBound + 3, what) == 2 { return ([0], [0]) }
    let rank = try file.byte(data.lowerBound + 1, what)
    guard rank <= 32 else { throw .malformed(offset: data.lowerBound, what: "\(what) has \(rank) axes") }
    let first = data.lowerBound + (version == 1 ? 8 : 4)
    let sizes = try (0..<rank).map { (axis) throws(HDF5Error) in
      try file.length(first + axis * file.lengthSize, "\(what)'s shape")
    }
    guard try file.byte(data.lowerBound + 2, what) & 1 == 1 else { return (sizes, sizes) }
    return (
      sizes,
      try (rank..<(2 * rank)).map { (axis) throws(HDF5Error) in
        try file.optionalNumber(first + axis * file.lengthSize, size: file.lengthSize, "\(what)'s shape")
      }
    )
  }

  private func element(_ data: Range<Int>, _ what: String, isInside: Bool = false) throws(HDF5Error) -> Element {
    let start = data.lowerBound
    let form = try file.byte(start, what) & 15
    let flags = try file.byte(start + 1, what)
    let size = try file.number(start + 4, 4, what)
    let isBigEndian = flags & 1 != 0
    switch form {
    case 0:
      guard [1, 2, 4, 8].contains(size), try file.number(start + 8, 2, what) == 0,
        try file.number(start + 10, 2, what) == 8 * size
      else { throw .unsupported("\(what) with integers of unusual bits") }
      return .number(ElementType(flags & 8 != 0 ? .signed : .unsigned, size, bigEndian: isBigEndian))
    case 1:
      // Places and sizes of exponent and fraction.
      let known = [2: [10, 5, 0, 10], 4: [23, 8, 0, 23], 8: [52, 11, 0, 52]]
      let bits = try (12..<16).map { (place) throws(HDF5Error) in try file.byte(start + place, what) }
      guard known[size] == bits, flags & 0x40 == 0, try file.number(start + 8, 2, what) == 0 else {
        throw .unsupported("\(what) with floats that are not IEEE 754")
      }
      return .number(ElementType(.float, size, bigEndian: isBigEndian))
    case 3 where size > 0: return .text(size)
    case 8 where !isInside:
      guard data.count >= 8 else { throw .malformed(offset: start, what: "\(what) has a type of \(data.count) bytes") }
      return try element((start + 8)..<data.upperBound, what, isInside: true)
    case 9 where flags & 15 == 1 && !isInside: return .longText
    default:
      let names = [
        2: "times", 4: "bit fields", 5: "opaque values", 6: "compounds", 7: "references", 9: "lists", 10: "arrays",
      ]
      throw .unsupported(
        what: "\(what) holds \(names[form] ?? "elements of a kind \(form)"), not numbers or texts",
        remedy: "leave it out of the file")
    }
  }

  // MARK: Where it is

  private mutating func stored(
    _ data: Range<Int>, _ shape: [Int], most: [Int?], size: Int, elementSize: Int, filters: [Filter], _ what: String
  ) throws(HDF5Error) -> [UInt8] {
    let start = data.lowerBound
    let version = try file.byte(start, what)
    let layout = try file.byte(start + 1, what)
    guard (3...5).contains(version) else { throw .unsupported("\(what) with a layout of version \(version)") }
    switch layout {
    case 0:
      let held = try file.number(start + 2, 2, what)
      guard held >= size else { throw .malformed(offset: start, what: "\(what) has \(held) bytes of \(size)") }
      return Array(file.bytes[try file.range(start + 4, size, what)])
    case 1:
      if size == 0 { return [] }
      guard let address = try file.address(start + 2, what) else {
        throw Self.unwritten(what)
      }
      return Array(file.bytes[try file.range(address, size, what)])
    case 2:
      let chunks =
        version == 3
        ? try treeChunks(start, shape, size: size, elementSize: elementSize, what)
        : try indexedChunks(
          start, shape, most: most, size: size, elementSize: elementSize, isFiltered: !filters.isEmpty, what)
      return try joined(chunks, shape, size: size, elementSize: elementSize, filters: filters, what)
    default:
      throw .unsupported("\(what) is stored in other files")
    }
  }

  // MARK: Texts

  private mutating func longTexts(_ data: [UInt8], count: Int, _ what: String) throws(HDF5Error) -> [String] {
    var references = HDF5Bytes(bytes: data)
    // Addresses are of the file, not of these bytes.
    references.lengthSize = file.addressSize
    var texts: [String] = []
    for index in 0..<count {
      let start = index * (8 + file.addressSize)
      let length = try references.number(start, 4, what)
      guard length > 0 else {
        texts.append("")
        continue
      }
      let heap = try file.range(try references.length(start + 4, what), 0, what).lowerBound
      let object = try references.number(start + 4 + file.addressSize, 4, what)
      guard let held = try heapObjects(at: heap)[object], held.count >= length else {
        throw .malformed(offset: heap, what: "\(what) names a text that is not there")
      }
      try take(length, for: what)
      let text = file.bytes[held.prefix(length)]
      texts.append(String(decoding: text.prefix { $0 != 0 }, as: UTF8.self))
    }
    return texts
  }

  /// The objects of a global heap.
  private mutating func heapObjects(at address: Int) throws(HDF5Error) -> [Int: Range<Int>] {
    if let known = heaps[address] { return known }
    try file.expect("GCOL", at: address)
    let heap = try file.range(address, try file.length(address + 8, "a heap"), "a heap")
    try look(heap.count, at: address)
    var objects: [Int: Range<Int>] = [:]
    var position = address + 8 + file.lengthSize
    while heap.upperBound - position >= 8 + file.lengthSize {
      let index = try file.number(position, 2, "a heap")
      if index == 0 { break }
      let data = try file.range(
        position + 8 + file.lengthSize, try file.length(position + 8, "a heap"), "a heap's object")
      objects[index] = data
      position = data.upperBound + (8 - data.count % 8) % 8
    }
    heaps[address] = objects
    return objects
  }
}

