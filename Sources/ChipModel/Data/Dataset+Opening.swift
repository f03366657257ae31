extension Dataset {
  /// Reads images or other samples, and their labels where there are any.
  ///
  /// Read are IDX, `.npy`, `.npz` and CIFAR binary files, each also compressed by gzip.
  /// - Parameters:
  ///   - images: path of the samples; `FILE.npz:NAME` names one array of several.
  ///   - labels: path of the class indices; nil: those inside the file or, by its name, beside it, else none.
  ///   - shape: of one sample, `[C, H, W]` or `[N]`: the input of the network that will see it.
  ///   - samples: how many are read, from the first; nil: all.
  /// - Throws: `NmsimError`: a file is missing or damaged, or its samples have another shape.
  public init(
    images: String, labels: String? = nil, shape: [Int], samples: Int? = nil
  ) throws(NmsimError) {
    self = try NmsimError.from {
      let data = try DatasetLoader.load(images: images, labels: labels, expectedShape: shape, samples: samples)
      guard let samples, samples != data.count else { return data }
      guard let first = data.prefix(samples) else { throw DatasetError.sample(samples - 1, count: data.count) }
      return first
    }
  }

  /// Samples from memory.
  /// - Parameters:
  ///   - samples: the raw values of each, row-major.
  ///   - labels: the class of each, 0 or more; nil: unknown.
  ///   - shape: of one sample, `[C, H, W]` or `[N]`.
  /// - Throws: `NmsimError`: a sample or the labels have another number of values.
  public init(_ samples: [[Double]], labels: [Int]? = nil, shape: [Int]) throws(NmsimError) {
    guard let size = Tensor.elementCount(shape), samples.allSatisfy({ $0.count == size }),
      let data = Dataset(shape: shape, values: .float64(samples.flatMap { $0 }), labels: labels)
    else {
      throw NmsimError(
        "\(samples.count) samples do not fit the shape \(ShapeText.of(shape)); give each of them as many values as the "
          + "shape has, and either no labels or one for each")
    }
    self = data
  }
}
