/// A convolution or a matrix product of an ANN: what it reads and makes, for models that price its memories.
package struct ANNLayer: Sendable, Equatable {
  /// Values that it reads, and values that it makes.
  package var inputs = 0
  package var outputs = 0
  /// `[outputs, inputs]` of a matrix, `[C_out, C_in / groups, K_y, K_x]` of a convolution.
  package var weights: [Int] = []
  package var hasBias = false

  package init() {}

  package init(inputs: Int, outputs: Int, weights: [Int], hasBias: Bool = false) {
    self.inputs = inputs
    self.outputs = outputs
    self.weights = weights
    self.hasBias = hasBias
  }

  package var isConvolution: Bool { weights.count == 4 }
  /// Products of one inference, those with padding too.
  package var products: Int { weights.dropFirst().reduce(outputs, *|) }
  /// Weights and biases.
  package var parameters: Int { weights.reduce(1, *|) +| (hasBias ? weights.first ?? 0 : 0) }
  /// Places of a kernel times output channels; 0 of a matrix.
  package var kernelPlaces: Int { isConvolution ? weights[0] *| weights[2] *| weights[3] : 0 }

  package var isSound: Bool {
    inputs >= 0 && outputs >= 0 && [2, 4].contains(weights.count) && weights.allSatisfy { $0 > 0 }
  }
}
