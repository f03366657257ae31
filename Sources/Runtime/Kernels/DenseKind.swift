import ChipModel
internal import CKernels

/// Which dot products dense delivery runs on; all give the same bits.
package enum DenseKind: Int32, Sendable, CaseIterable {
  /// The Swift twin, and the C kernel for every processor.
  case swift = -1
  case plain
  case avx2, avxvnni, avx512vnni
  /// arm64's `sdot`.
  case dotprod
  /// Matrices of 16 rows: steps of one position, or neighbours in one step.
  case amx
  /// Dot products, and where several steps of bits arrive tables of their sums (``LookUps``).
  case tables

  /// What this processor runs.
  package static var available: [DenseKind] { allCases.filter { $0 == .swift || ck_has_dense($0.rawValue) != 0 } }

  /// The fastest that this processor has among those that need no more than a level.
  package init(best level: KernelLevel) {
    let wanted: [DenseKind] =
      switch level {
      case .swift: [.swift]
      case .base: [.dotprod, .plain]
      case .avx2: [.avxvnni, .avx2]
      case .avx512: [.amx, .tables, .avx512vnni, .avxvnni, .avx2]
      }
    let available = DenseKind.available
    self = wanted.first { available.contains($0) } ?? .plain
  }
}

/// When layers are delivered densely.
package enum DenseUse: Sendable { case byCost, always, never }
