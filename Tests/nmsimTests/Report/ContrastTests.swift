import Foundation
import Testing

@testable import nmsim

@Suite("Contrast of pages")
struct ContrastTests {
  /// Red, green and blue, 0 to 1.
  private func parts(_ hex: String) -> [Double] {
    let value = Int(hex.dropFirst(), radix: 16) ?? 0
    return [value >> 16, value >> 8, value].map { Double($0 & 255) / 255 }
  }

  /// Relative luminance (WCAG 2.2).
  private func luminance(_ parts: [Double]) -> Double {
    let linear = parts.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  private func contrast(_ ink: [Double], _ paper: [Double]) -> Double {
    let (a, b) = (luminance(ink), luminance(paper))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  @Test("every colour of text is at least 4.5 to 1 on every paper, light and dark")
  func inks() {
    #expect(abs(contrast(parts("#777777"), parts("#ffffff")) - 4.478) < 0.001)
    for ink in PageStyle.inks {
      for paper in PageStyle.papers {
        for (text, ground) in [(ink.light, paper.light), (ink.dark, paper.dark)] {
          let contrast = contrast(parts(text), parts(ground))
          #expect(contrast >= 4.5, "\(ink.name) \(text) on \(ground): \(contrast)")
        }
      }
    }
  }

  @Test("so is text in the darkest cell of a table, and in a square of the map")
  func cells() throws {
    let paper = PageStyle.papers[0]
    let ink = PageStyle.inks[0]
    for color in PageStyle.series {
      for (text, ground, mixed) in [(ink.light, paper.light, color.light), (ink.dark, paper.dark, color.dark)] {
        let share = max(PageStyle.darkestCell, 0.45)
        let under = zip(parts(ground), parts(mixed)).map { $0 * (1 - share) + $1 * share }
        let contrast = contrast(parts(text), under)
        #expect(contrast >= 4.5, "\(text) on \(color.name): \(contrast)")
      }
    }
  }
}
