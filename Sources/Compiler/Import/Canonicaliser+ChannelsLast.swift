/// Maps whose channels are last, `[1, H, W, C]`: Keras with PyTorch beneath exports them, and turns them round each
/// convolution.
extension Canonicaliser {
  /// What a padding of rows and columns of such a map gives, or a reduction of them, found with the channels first; nil:
  /// another node.
  mutating func resultOfChannelsLast(_ first: DataValue) throws(ImportError) -> DataValue? {
    guard first.shape.count == 4, first.order != nil || first.parts.first?.plainSource == .input else { return nil }
    let own = node
    var (name, list): (String, [Int])
    switch own.operation {
    case "ReduceMean", "ReduceSum", "ReduceMax":
      let axes = own.integers("axes", orInput: 1) ?? []
      guard Set(axes.map { $0 < 0 ? $0 &+ 4 : $0 }) == [1, 2] else { return nil }
      (name, list) = ("axes", [2, 3])
    case "Pad":
      guard let pads = own.integers("pads", orInput: 1), pads.count == 8, own.constant(3) == nil, pads[3] == 0,
        pads[7] == 0, pads[1] != 0 || pads[5] != 0, pads[2] != 0 || pads[6] != 0
      else { return nil }
      (name, list) = ("pads", [pads[0], 0, pads[1], pads[2], pads[4], 0, pads[5], pads[6]])
    default: return nil
    }
    var value = first
    try permute(&value, [0, 3, 1, 2])
    node.attributes.removeAll { $0.name == name }
    node.attributes.append(ONNXAttribute(name: name, integers: list))
    value = try convert(value, [value])
    node = own
    if value.shape.count == 4 { try permute(&value, [0, 2, 3, 1]) }
    return value
  }
}
