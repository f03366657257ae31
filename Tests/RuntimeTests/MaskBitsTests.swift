import ChipModel
import Testing

@testable import Runtime

@Suite struct MaskBitsTests {
  @Test("bits and pixels that have any are counted alike at every level, several steps at once", arguments: KernelLevel.available)
  func count(level: KernelLevel) {
    var random = SeededGenerator(seed: 5)
    for words in 1...9 {
      for pixels in [1, 2, 7, 8, 33, 70] {
        let (steps, apart) = (5, pixels * words + 3)
        // Most words have none, so that some pixels do not either; beside the pixels there are bits, too.
        let masks = (0..<(steps * apart)).map { _ in random.unit() < 0.3 ? UInt16(truncatingIfNeeded: random.next()) : 0 }
        var found: [MaskBits.Found] = (0..<(steps + 2)).map { ($0, $0 * 10) }
        unsafe masks.withUnsafeBufferPointer {
          guard let bits = $0.baseAddress else { return }
          unsafe MaskBits.count(
            bits, steps: steps, apart: apart, pixels: pixels, words: words, into: &found, from: 1, level: level)
        }
        for step in 0..<steps {
          var (groups, spikes) = (0, 0)
          for pixel in 0..<pixels {
            let before = spikes
            for word in 0..<words { spikes += masks[step * apart + pixel * words + word].nonzeroBitCount }
            groups += spikes > before ? 1 : 0
          }
          #expect(found[step + 1] == (step + 1 + groups, (step + 1) * 10 + spikes), "\(words) words, \(pixels) pixels")
          let alone = MaskBits.count(masks, from: step * apart, pixels: pixels, words: words, level: level)
          #expect(alone == (groups, spikes))
        }
        #expect(found[0] == (0, 0) && found[steps + 1] == (steps + 1, (steps + 1) * 10))
      }
    }
  }
}
