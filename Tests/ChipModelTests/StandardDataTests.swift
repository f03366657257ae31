import ChipModel
import Foundation
import Testing

/// The standard sets, where they lie beside the package (`../shared/data`); elsewhere these tests print that they skip.
@Suite("Standard data sets")
struct StandardDataTests {
  private func path(_ name: String) -> String? {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let path = root.appendingPathComponent("shared/data/\(name)").path
    if FileManager.default.fileExists(atPath: path) { return path }
    print("skipped: \(name) is not in ../shared/data")
    return nil
  }

  @Test("MNIST and Fashion-MNIST test sets", arguments: ["mnist", "fashion"])
  func mnist(name: String) throws {
    guard let path = path("\(name)-t10k-images-idx3-ubyte.gz") else { return }
    let dataset = try DatasetLoader.load(images: path, expectedShape: [1, 28, 28], classes: 10)
    #expect(dataset.count == 10_000)
    #expect(dataset.shape == [1, 28, 28])
    let labels = try #require(dataset.labels)
    let counts = (0..<10).map { label in labels.filter { $0 == label }.count }
    // Published class counts of the two test sets.
    let published =
      name == "mnist" ? [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009] : [Int](repeating: 1000, count: 10)
    #expect(counts == published)
  }

  @Test("CIFAR-10 test set")
  func cifar() throws {
    guard let path = path("cifar10-test.bin") else { return }
    let dataset = try DatasetLoader.load(images: path, expectedShape: [3, 32, 32], classes: 10)
    #expect(dataset.count == 10_000)
    let labels = try #require(dataset.labels)
    #expect((0..<10).map { label in labels.filter { $0 == label }.count } == [Int](repeating: 1000, count: 10))
    guard case .uint8(let values) = dataset.values else {
      Issue.record("images are not bytes")
      return
    }
    // Mean of each plane of the set, as everybody normalises by: 0.4914, 0.4822, 0.4465 (training set).
    for (channel, mean) in [0.4914, 0.4822, 0.4465].enumerated() {
      var sum = 0
      for sample in 0..<10_000 {
        let start = sample * 3072 + channel * 1024
        for index in start..<(start + 1024) { sum += Int(values[index]) }
      }
      #expect(abs(Double(sum) / (255 * 1024 * 10_000) - mean) < 0.01)
    }
  }
}
