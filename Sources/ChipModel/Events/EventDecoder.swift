/// Decodes a file of events that comes piece by piece, in the order of the file.
protocol EventDecoder {
  /// Appends the events that are whole in `bytes`.
  /// - Parameters:
  ///   - bytes: a piece of the file.
  ///   - start: the first of them that no earlier call has used.
  ///   - isLast: whether the file ends with them.
  ///   - events: gets the events; what is in there stays.
  /// - Returns: the first byte that was not used: it comes again, with what follows it.
  mutating func decode(
    _ bytes: [UInt8], from start: Int, isLast: Bool, into events: inout [Event]
  ) throws(FormatError) -> Int
}

/// Of words of one size.
protocol EventWordDecoder: EventDecoder {
  static var size: Int { get }
  mutating func take(_ bytes: [UInt8], at place: Int, into events: inout [Event])
}

extension EventWordDecoder {
  mutating func decode(_ bytes: [UInt8], from start: Int, isLast: Bool, into events: inout [Event]) -> Int {
    var place = start
    while bytes.count - place >= Self.size {
      take(bytes, at: place, into: &events)
      place += Self.size
    }
    return place
  }
}

/// A decoder, and where in the file it begins; nil: the header goes on behind the bytes that are there.
typealias BegunDecoder = (decoder: any EventDecoder, start: Int)?
