// What libFuzzer calls: see fuzz-coverage.sh. Compiled together with the sources of nmsim and Tests/nmsimTests/Fuzz,
// outside the package.
import ChipModel

/// The reader that NMSIM_FUZZ_READER names.
private let reader: FuzzReader = {
  let name = Environment.value("NMSIM_FUZZ_READER") ?? ""
  guard let reader = FuzzReader.named(name) else {
    let names = FuzzReader.all.map(\.name).joined(separator: ", ")
    StandardStream.error.writeLine("fuzz-coverage: no reader '\(name)'; name one of \(names)")
    ProcessControl.end(with: 64)
  }
  return reader
}()

/// Called first: what is searched from are the reader's valid files, and its words are libFuzzer's dictionary.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzInitialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
  guard let folder = Environment.value("NMSIM_FUZZ_FOLDER") else { return 0 }
  for (number, seed) in FuzzInputs(reader, seed: 0).seeds.enumerated() {
    try? AtomicFile.write(seed, to: "\(folder)/seed-\(number)")
  }
  let words = Set(reader.shapes().flatMap(\.tokens)).filter { !$0.isEmpty }.sorted().map { word in
    "\"" + word.utf8.map { "\\x" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "\"\n"
  }
  try? AtomicFile.write(words.joined(), to: folder + ".dict")
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  if case .wrong(let what) = reader.read(bytes) { fatalError(what) }
  return 0
}

extension StandardStream {
  fileprivate func writeLine(_ text: String) { _ = write(Array((text + "\n").utf8)) }
}
