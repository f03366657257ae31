internal import CKernels

extension SHA256 {
  /// Takes all whole blocks with the processor's own instructions.
  ///
  /// - Returns: bytes taken: none where the processor has no such instructions.
  static func compressFast(_ state: inout State, _ bytes: Span<UInt8>) -> Int {
    let blocks = bytes.count / 64
    guard blocks > 0, hasInstructions else { return 0 }
    var words: InlineArray<8, UInt32> = [
      state.0, state.1, state.2, state.3, state.4, state.5, state.6, state.7,
    ]
    var mutable = words.mutableSpan
    unsafe mutable.withUnsafeMutableBufferPointer { words in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe roundConstants.span.withUnsafeBufferPointer { constants in
          unsafe ck_sha256(words.baseAddress, bytes.baseAddress, blocks, constants.baseAddress)
        }
      }
    }
    state = (words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7])
    return blocks * 64
  }

  private static let hasInstructions = ck_has_sha256() != 0
}
