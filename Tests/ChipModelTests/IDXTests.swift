import ChipModel
import Testing

@Suite("IDX files")
struct IDXTests {
  private func error(_ bytes: [UInt8]) -> IDXError? {
    do {
      _ = try IDX.decode(bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "every element type",
    arguments: [
      (8, 1, [UInt64(255), 3], Tensor.Storage.uint8([255, 3])), (9, 1, [255, 3], .int8([-1, 3])),
      (11, 2, [0xFFFE, 0x0102], .int16([-2, 0x0102])), (12, 4, [0xFFFF_FFFD, 9], .int32([-3, 9])),
      (13, 4, [0x3FC0_0000, 0], .float32([1.5, 0])), (14, 8, [0x3FF8_0000_0000_0000, 0], .float64([1.5, 0])),
    ] as [(UInt8, Int, [UInt64], Tensor.Storage)])
  func types(code: UInt8, size: Int, words: [UInt64], storage: Tensor.Storage) throws {
    let file = FileBuilders.idx(code, [1, 2], words.flatMap { FileBuilders.big($0, size) })
    #expect(try IDX.decode(file) == Tensor(shape: [1, 2], storage: storage))
    #expect(IDX.hasExactSize(file))
    Damage.expectEveryTruncationRefused(file) { _ = try IDX.decode($0) }
  }

  @Test("sizes are checked before anything is allocated")
  func sizes() {
    let file = FileBuilders.idx(8, [2, 2], [1, 2, 3, 4])
    #expect(error(file + [0]) == .size([2, 2], expected: 16, actual: 17))
    let huge = FileBuilders.idx(14, [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [])
    #expect(
      error(huge)?.description
        == "IDX file of shape [4294967295, 4294967295, 4294967295] has 16 bytes "
        + "instead of more than any file can have; copy it again")
    #expect(error([0, 0, 10, 1, 0, 0, 0, 0]) == .type(10))
    #expect(error([0, 1, 8, 1, 0, 0, 0, 0]) == .notIDX)
    #expect(error([0, 0, 8, 0]) == .notIDX)
    Damage.mutate([file, huge, [0, 0, 8, 255]], seed: 8) { _ = try IDX.decode($0) }
  }
}

@Suite("CIFAR records")
struct CIFARTests {
  private func records(_ variant: CIFAR.Variant, _ count: Int) -> [UInt8] {
    (0..<count).flatMap { record -> [UInt8] in
      let label = UInt8(record % variant.classes)
      return (variant == .cifar10 ? [label] : [19, label]) + [UInt8](repeating: UInt8(record % 256), count: 3072)
    }
  }

  private func error(_ bytes: [UInt8], _ variant: CIFAR.Variant? = nil) -> CIFARError? {
    do {
      _ = try CIFAR.decode(bytes, variant: variant)
      return nil
    } catch {
      return error
    }
  }

  @Test("both forms by size, the fine label of CIFAR-100", arguments: CIFAR.Variant.allCases)
  func forms(variant: CIFAR.Variant) throws {
    let (images, labels) = try CIFAR.decode(records(variant, 3))
    #expect(images.shape == [3, 3, 32, 32])
    #expect(labels == [0, 1, 2])
    guard case .uint8(let values) = images.storage else {
      Issue.record("images are not bytes")
      return
    }
    #expect(values == (0..<3).flatMap { [UInt8](repeating: $0, count: 3072) })
  }

  @Test("a size that both divide needs a word, wrong sizes and labels are refused")
  func refused() throws {
    let both = records(.cifar10, 3074)
    #expect(error(both) == .ambiguous(3074 * 3073))
    #expect(try CIFAR.decode(both, variant: .cifar10).labels.count == 3074)
    #expect(error(Array(both[..<3000])) == .size(3000))
    #expect(error([]) == .size(0))
    #expect(error(records(.cifar10, 1), .cifar100) == .variantSize(.cifar100, 3073))
    var bad = records(.cifar10, 2)
    bad[3073] = 10
    #expect(
      error(bad)?.description
        == "label of record 1 is 10, cifar10 has 0 to 9; the file is damaged or of another kind")
  }
}
