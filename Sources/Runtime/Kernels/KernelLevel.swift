import ChipModel
internal import CKernels

/// Which compilation of the kernels the engine runs; all give the same bits.
///
/// `swift` is the Swift twin of the C kernels; `base` the C kernels for what every processor of the architecture has
/// (SSE2, NEON); the others need the instructions that they are named for.
package enum KernelLevel: String, Sendable, CaseIterable, Comparable {
  case swift, base, avx2, avx512

  private static let highest: Int32 = ck_best_level()

  /// What this processor runs, slowest first.
  package static var available: [KernelLevel] { allCases.filter { $0.code <= highest } }

  /// The fastest that this processor runs.
  package static var best: KernelLevel { available.last ?? .base }

  /// The level as the C kernels number it; the Swift twin has none.
  package var code: Int32 {
    switch self {
    case .swift: -1
    case .base: 0
    case .avx2: 1
    case .avx512: 2
    }
  }

  package static func < (a: KernelLevel, b: KernelLevel) -> Bool { a.code < b.code }
}
