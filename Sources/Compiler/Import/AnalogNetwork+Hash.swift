import ChipModel

extension AnalogNetwork {
  /// SHA-256 of everything that conversion reads, 64 hexadecimal digits: whatever file it came from, and however its
  /// weights were stored.
  package var contentHash: String {
    var hasher = SHA256()
    func add(_ text: String) { hasher.update(Array((text + "\n").utf8)) }
    func add(_ values: [Float]) {
      add("\(values.count)")
      hasher.update(values[...], bytes: 4) { UInt64($0.bitPattern) }
    }
    add("nmsim network \(name.debugDescription) \(inputShape) \(layers.count) \(output)")
    for layer in layers {
      add("layer \(layer.name.debugDescription) \(layer.shape) \(layer.activation.text) \(layer.connections.count)")
      if case .leakyRelu(let slope) = layer.activation { add([slope]) }
      if case .quantised(let step, let lowest, let highest) = layer.activation { add([step, lowest, highest]) }
      if case .clip(let maximum, let levels) = layer.activation { add([maximum] + (levels.map { [Float($0)] } ?? [])) }
      if let bias = layer.bias { add(bias) } else { add("no bias") }
      for connection in layer.connections {
        let source = if case .layer(let index) = connection.source { index } else { -1 }
        add("from \(source) \(connection.kind.rawValue) \(connection.weightShape)")
        add("\(connection.stride) \(connection.padding) \(connection.dilation) \(connection.groups)")
        if let pool = connection.pool {
          add("pool \(pool.kind.rawValue) \(pool.kernel) \(pool.stride) \(pool.padding)")
        }
        add(connection.weights)
      }
    }
    return SHA256.hexadecimal(hasher.finalized())
  }
}

extension Network {
  /// SHA-256 of everything that compilation reads, test data and the ANN's file aside; 64 hexadecimal digits.
  package var contentHash: String {
    var network = self
    network.input.images = nil
    network.input.labels = nil
    network.ann?.model = nil
    // Numbers that JSON cannot hold are refused by `checked()` before anything is named by this hash.
    var hasher = SHA256()
    hasher.update((try? network.jsonBytes(tensorsFile: tensors.isEmpty ? nil : "tensors")) ?? [])
    hasher.update((try? NetworkFile.tensorBytes(tensors, path: "")) ?? [])
    return SHA256.hexadecimal(hasher.finalized())
  }
}
