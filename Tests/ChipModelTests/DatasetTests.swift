import ChipModel
import Testing

@Suite("Data set")
struct DatasetTests {
  @Test("values are (raw * scale - mean[c]) / std[c]")
  func values() throws {
    let dataset = try #require(
      Dataset(shape: [2, 1, 2], values: .uint8([0, 1, 2, 3, 252, 253, 254, 255]), labels: [4, 5]))
    #expect(dataset.count == 2)
    let preprocessing = Preprocessing(scale: 1 / 255, mean: [0.5, 0.25], std: [0.5, 2])
    let expected = [
      (252.0 * (1.0 / 255.0) - 0.5) / 0.5, (253.0 * (1.0 / 255.0) - 0.5) / 0.5,
      (254.0 * (1.0 / 255.0) - 0.25) / 2, (255.0 * (1.0 / 255.0) - 0.25) / 2,
    ]
    #expect(try dataset.values(ofSample: 1, preprocessing: preprocessing) == expected)
    #expect(try dataset.values(ofSample: 0, preprocessing: .identity) == [0, 1, 2, 3])
    let single = Preprocessing(scale: 2, mean: [1], std: [4])
    #expect(try dataset.values(ofSample: 0, preprocessing: single) == [-0.25, 0.25, 0.75, 1.25])
    var reused = [9.0, 9, 9, 9, 9, 9]
    try dataset.values(ofSample: 0, preprocessing: .identity, into: &reused)
    #expect(reused == [0, 1, 2, 3])
  }

  @Test("floats stay what they were")
  func floats() throws {
    let narrow = try #require(Dataset(shape: [2], values: .float32([0.1, 0.2])))
    #expect(try narrow.values(ofSample: 0, preprocessing: .identity) == [Double(Float(0.1)), Double(Float(0.2))])
    let wide = try #require(Dataset(shape: [2], values: .float64([0.1, 0.2])))
    #expect(try wide.values(ofSample: 0, preprocessing: .identity) == [0.1, 0.2])
  }

  @Test("inconsistent parts make no data set")
  func inconsistent() {
    #expect(Dataset(shape: [2], values: .uint8([1, 2, 3])) == nil)
    #expect(Dataset(shape: [0], values: .uint8([])) == nil)
    #expect(Dataset(shape: [1], values: .uint8([1, 2]), labels: [0]) == nil)
    #expect(Dataset(shape: [1], values: .uint8([1]), labels: [-1]) == nil)
  }

  @Test("prefix keeps the first samples and their labels")
  func prefix() throws {
    let dataset = try #require(Dataset(shape: [2], values: .uint8([1, 2, 3, 4, 5, 6]), labels: [7, 8, 9]))
    #expect(dataset.prefix(2) == Dataset(shape: [2], values: .uint8([1, 2, 3, 4]), labels: [7, 8]))
    #expect(dataset.prefix(4) == nil)
  }

  @Test(
    "preprocessing that cannot be applied is named",
    arguments: [
      (
        Preprocessing(scale: 0),
        "input scale is 0.0, it must be a finite number other than 0; for bytes give 1/255"
      ),
      (
        Preprocessing(std: [1, 0, 1]),
        "input standard deviation of channel 1 is 0.0, it must be finite and above 0; give one number per channel"
      ),
      (
        Preprocessing(mean: [.nan]),
        "input mean of channel 0 is nan, it must be finite; give one number per channel"
      ),
      (
        Preprocessing(mean: [0, 0]), "input mean has 2 values, the input has 3 channels; give 1 or 3 values"
      ),
    ])
  func preprocessing(preprocessing: Preprocessing, message: String) throws {
    let dataset = try #require(Dataset(shape: [3, 1, 1], values: .uint8([1, 2, 3])))
    #expect {
      try dataset.values(ofSample: 0, preprocessing: preprocessing)
    } throws: {
      "\($0)" == message
    }
  }

  @Test("samples out of range and values that overflow are errors")
  func range() throws {
    let dataset = try #require(Dataset(shape: [1], values: .float64([1e308])))
    #expect(throws: DatasetError.sample(1, count: 1)) {
      try dataset.values(ofSample: 1, preprocessing: .identity)
    }
    #expect(throws: DatasetError.sample(-1, count: 1)) {
      try dataset.values(ofSample: -1, preprocessing: .identity)
    }
    #expect(throws: DatasetError.notFinite(sample: 0, element: 0, .infinity)) {
      try dataset.values(ofSample: 0, preprocessing: Preprocessing(scale: 100))
    }
    #expect(throws: DatasetError.beyondFloats(sample: 0, element: 0, 1e308)) {
      try dataset.values(ofSample: 0, preprocessing: .identity)
    }
    #expect(try dataset.values(ofSample: 0, preprocessing: Preprocessing(scale: 1e-270)) == [1e308 * 1e-270])
  }
}
