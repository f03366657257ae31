// What libFuzzer calls: see fuzz-coverage.sh. Compiled together with the sources of nmsim, outside the package.

/// The reader that NMSIM_FUZZ_READER names.
private let reader: FuzzReader = {
  let name = Environment.value("NMSIM_FUZZ_READER") ?? ""
  guard let reader = FuzzReader.all.first(where: { $0.name == name }) else {
    StandardStream.error.writeLine("no reader '\(name)'")
    ProcessControl.end(with: 64)
  }
  return reader
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  if case .wrong(let what) = reader.read(bytes) { fatalError(what) }
  return 0
}

extension StandardStream {
  fileprivate func writeLine(_ text: String) { _ = write(Array((text + "\n").utf8)) }
}
