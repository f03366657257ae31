/// Reading of the CIFAR-10 and CIFAR-100 binary versions (Krizhevsky 2009).
///
/// Records without a header: one label byte (CIFAR-10) or two, coarse and fine (CIFAR-100), then 3,072 bytes of image:
/// the red, green and blue planes, each 32 x 32, row-major. The fine label is the one used.
package enum CIFAR {
  /// Which of the two record forms a file has; nothing in the file says so but its size.
  package enum Variant: String, Sendable, CaseIterable {
    case cifar10, cifar100

    /// Bytes of a record before the image.
    package var labelBytes: Int { self == .cifar10 ? 1 : 2 }
    package var recordSize: Int { labelBytes + CIFAR.imageSize }
    package var classes: Int { self == .cifar10 ? 10 : 100 }
  }

  /// `[3, 32, 32]`
  package static let shape = [3, 32, 32]
  static let imageSize = 3072

  /// The variants whose record size divides the file's size; both for multiples of 3,074 CIFAR-10 records.
  package static func variants(ofSize size: Int) -> [Variant] {
    size > 0 ? Variant.allCases.filter { size % $0.recordSize == 0 } : []
  }

  /// - Parameters:
  ///   - bytes: a whole file of records.
  ///   - variant: nil: by the size.
  /// - Returns: Images `[N, 3, 32, 32]` and one label each.
  /// - Throws: `FormatError`.
  package static func decode(
    _ bytes: [UInt8], variant: Variant? = nil
  ) throws(FormatError) -> (images: Tensor, labels: [Int]) {
    let possible = variants(ofSize: bytes.count)
    let count = "\(bytes.count) bytes"
    let wrongSize = FormatError(
      "\(count) are no whole number of CIFAR records (3073 bytes in CIFAR-10, 3074 in CIFAR-100); copy the file again")
    guard !possible.isEmpty else { throw wrongSize }
    if let variant, !possible.contains(variant) {
      throw FormatError(
        "\(count) are no whole number of \(variant.rawValue) records of \(variant.recordSize) bytes; "
          + "copy the file again or name the other variant")
    }
    if variant == nil, possible.count > 1 {
      throw FormatError(
        "\(count) may be CIFAR-10 or CIFAR-100 records; divide the file, or save the images and labels as .npy")
    }
    let form = variant ?? possible[0]
    let records = bytes.count / form.recordSize
    var images: [UInt8] = []
    images.reserveCapacity(records * imageSize)
    var labels: [Int] = []
    labels.reserveCapacity(records)
    for record in 0..<records {
      let start = record * form.recordSize
      let label = Int(bytes[start + form.labelBytes - 1])
      guard label < form.classes else {
        throw FormatError(
          "label of record \(record) is \(label), \(form.rawValue) has 0 to \(form.classes - 1); "
            + "the file is damaged or of another kind")
      }
      labels.append(label)
      images.append(contentsOf: bytes[(start + form.labelBytes)..<(start + form.recordSize)])
    }
    guard let tensor = Tensor(shape: [records] + shape, storage: .uint8(images)) else { throw wrongSize }
    return (tensor, labels)
  }
}
