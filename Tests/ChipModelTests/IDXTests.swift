import ChipModel
import Testing

@Suite("IDX files")
struct IDXTests {
  private func error(_ bytes: [UInt8]) -> String? {
    do {
      _ = try IDX.decode(bytes)
      return nil
    } catch {
      return error.description
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
    #expect(error(file + [0]) 
        == "IDX file of shape [2, 2] has 17 bytes instead of 16; copy it again")
    let huge = FileBuilders.idx(14, [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [])
    #expect(
      error(huge)
        == "IDX file of shape [4294967295, 4294967295, 4294967295] has 16 bytes "
        + "instead of more than any file can have; copy it again")
    #expect(error([0, 0, 10, 1, 0, 0, 0, 0]) 
        == "IDX element type is 10, known are 8, 9, 11, 12, 13 and 14; the file is damaged, copy it again")
    let other = "not an IDX file: it does not begin with two zero bytes, a type and a rank; give an IDX file"
    #expect(error([0, 1, 8, 1, 0, 0, 0, 0]) == other)
    #expect(error([0, 0, 8, 0]) == other)
    Damage.mutate([file, huge, [0, 0, 8, 255]], seed: 8) { _ = try IDX.decode($0) }
  }
}
