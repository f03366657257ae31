#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file's bytes, read-only, brought into memory by the system as they are touched.
///
/// Shared between threads without copying. The file must not be shortened while it is mapped; files replaced by
/// `AtomicFile` never are, the mapping keeps the old one.
@safe
public final class MappedFile: Sendable {
  public let path: String
  /// Bytes.
  public let count: Int
  /// Nil for an empty file, which cannot be mapped. Never written through, so threads may share it.
  nonisolated(unsafe) private let base: UnsafeRawPointer?

  /// - Throws: `FileError`; a pipe or device is refused, only a file can be mapped.
  public init(path: String, limit: Int = .max) throws(FileError) {
    let file = try FileDescriptor(reading: path)
    let size = try file.size(path: path)
    guard size <= limit else { throw .tooLarge(path: path, bytes: size, limit: limit) }
    var mapped: UnsafeRawPointer?
    if size > 0 {
      let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, file.number, 0)
      guard unsafe address != MAP_FAILED else { throw FileError.reading(path, code: errno) }
      unsafe mapped = UnsafeRawPointer(address)
    } else {
      guard try file.isRegular(path: path) else {
        throw .readFailed(path: path, reason: "it is not a regular file; save it to a file first")
      }
    }
    self.path = path
    count = size
    unsafe base = mapped
  }

  deinit {
    if let base = unsafe base { _ = unsafe munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  /// Calls `body` with all bytes.
  public func withSpan<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let elements = unsafe UnsafeRawBufferPointer(start: base, count: count).bindMemory(to: UInt8.self)
    let span = unsafe Span(_unsafeElements: elements)
    return try body(span)
  }

  /// - Precondition: `0 <= index < count`.
  public subscript(index: Int) -> UInt8 {
    withSpan { $0[index] }
  }

  /// A copy of some bytes; nil where the range is not within the file.
  public func bytes(in range: Range<Int>) -> [UInt8]? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    guard let base = unsafe base, !range.isEmpty else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }
}

extension FileDescriptor {
  fileprivate func isRegular(path: String) throws(FileError) -> Bool {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw FileError.reading(path, code: errno) }
    return status.st_mode & S_IFMT == S_IFREG
  }
}
