import ChipModel
import Testing

@Suite("CIFAR records")
struct CIFARTests {
  private func records(_ variant: CIFAR.Variant, _ count: Int) -> [UInt8] {
    (0..<count).flatMap { record -> [UInt8] in
      let label = UInt8(record % variant.classes)
      return (variant == .cifar10 ? [label] : [19, label]) + [UInt8](repeating: UInt8(record % 256), count: 3072)
    }
  }

  private func error(_ bytes: [UInt8], _ variant: CIFAR.Variant? = nil) -> String? {
    do {
      _ = try CIFAR.decode(bytes, variant: variant)
      return nil
    } catch {
      return error.description
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
    #expect(error(both) 
        == "\(3074 * 3073) bytes may be CIFAR-10 or CIFAR-100 records; "
        + "divide the file, or save the images and labels as .npy")
    #expect(try CIFAR.decode(both, variant: .cifar10).labels.count == 3074)
    #expect(error(Array(both[..<3000])) 
        == "3000 bytes are no whole number of CIFAR records (3073 bytes in CIFAR-10, 3074 in CIFAR-100); "
        + "copy the file again")
    #expect(error([]) 
        == "0 bytes are no whole number of CIFAR records (3073 bytes in CIFAR-10, 3074 in CIFAR-100); "
        + "copy the file again")
    #expect(error(records(.cifar10, 1), .cifar100) 
        == "3073 bytes are no whole number of cifar100 records of 3074 bytes; "
        + "copy the file again or name the other variant")
    var bad = records(.cifar10, 2)
    bad[3073] = 10
    #expect(
      error(bad)
        == "label of record 1 is 10, cifar10 has 0 to 9; the file is damaged or of another kind")
  }
}
