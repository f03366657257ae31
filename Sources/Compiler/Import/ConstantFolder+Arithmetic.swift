import Foundation

/// Arithmetic on constants, element by element and over axes.
extension ConstantFolder {
  /// Functions of one number that stay floats.
  private static let functions: [String: @Sendable (Float) -> Float] = [
    "Sqrt": { $0.squareRoot() }, "Reciprocal": { 1 / $0 }, "Sigmoid": { 1 / (1 + exp(-$0)) }, "Exp": { exp($0) },
    "Log": { log($0) }, "Tanh": { tanh($0) }, "Sin": { sin($0) }, "Cos": { cos($0) }, "Erf": { erf($0) },
    "Softplus": { log1p(exp($0)) }, "Floor": { $0.rounded(.down) }, "Ceil": { $0.rounded(.up) },
    "Round": { $0.rounded(.toNearestOrEven) },
  ]

  /// Operators of one constant; nil: another operator.
  func unaryResult() throws(ImportError) -> ONNXTensor? {
    switch node.operation {
    case "Neg": return try unary({ -$0 }, { 0 &- $0 })
    case "Abs": return try unary({ abs($0) }, { $0 < 0 ? 0 &- $0 : $0 })
    case "Relu": return try unary({ max($0, 0) }, { max($0, 0) })
    case "Sign": return try unary({ $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }, { $0.signum() })
    case "Not": return try unary({ $0 == 0 ? 1 : 0 }, { $0 == 0 ? 1 : 0 })
    case "Floor", "Ceil", "Round": return try unary(Self.functions[node.operation] ?? { $0 }, { $0 })
    default: return try Self.functions[node.operation].map { (function) throws(ImportError) in try unary(function, nil) }
    }
  }

  /// Operators of two constants, or of a row of them taken from the left; nil: another operator.
  func binaryResult() throws(ImportError) -> ONNXTensor? {
    switch node.operation {
    case "Add", "Sum": return try elementwise({ $0 + $1 }, { $0.addingReportingOverflow($1) })
    case "Sub": return try elementwise({ $0 - $1 }, { $0.subtractingReportingOverflow($1) })
    case "Mul": return try elementwise({ $0 * $1 }, { $0.multipliedReportingOverflow(by: $1) })
    case "Div": return try elementwise({ $0 / $1 }, { $0.dividedReportingOverflow(by: $1) })
    case "Min": return try elementwise({ min($0, $1) }, { (min($0, $1), false) })
    case "Max": return try elementwise({ max($0, $1) }, { (max($0, $1), false) })
    case "Mod":
      // The sign of the divisor for integers, of the dividend for floats (fmod).
      return try elementwise({ fmod($0, $1) }) { a, b in
        let (rest, overflow) = a.remainderReportingOverflow(dividingBy: b)
        return (rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest, overflow)
      }
    case "Pow": return try elementwise({ pow($0, $1) }) { a, b in
      let value = pow(Double(a), Double(b))
      return abs(value) < 0x1p53 ? (Int(value), false) : (0, true)
    }
    case "Equal": return try comparison { $0 == $1 }
    case "Greater": return try comparison { $0 > $1 }
    case "Less": return try comparison { $0 < $1 }
    case "GreaterOrEqual": return try comparison { $0 >= $1 }
    case "LessOrEqual": return try comparison { $0 <= $1 }
    case "And": return try comparison { $0 != 0 && $1 != 0 }
    case "Or": return try comparison { $0 != 0 || $1 != 0 }
    default: return nil
    }
  }

  /// ReduceSum, ReduceMean, ReduceProd, ReduceMax, ReduceMin; nil: another operator.
  func reduced() throws(ImportError) -> ONNXTensor? {
    let join: ((Double, Double) -> Double)? =
      switch node.operation {
      case "ReduceSum", "ReduceMean": { $0 + $1 }
      case "ReduceProd": { $0 * $1 }
      case "ReduceMax": { max($0, $1) }
      case "ReduceMin": { min($0, $1) }
      default: nil
      }
    guard let join else { return nil }
    let x = try input(0)
    let given = try list("axes", 1)
    if given?.isEmpty ?? false, node.integer("noop_with_empty_axes") == 1 { return x }
    var isReduced = x.shape.map { _ in given?.isEmpty ?? true }
    for axis in given ?? [] { isReduced[try normalise(axis, rank: x.shape.count)] = true }
    let kept = x.shape.indices.map { isReduced[$0] ? 1 : x.shape[$0] }
    let numbers: [Double] = x.integers?.map { Double($0) } ?? x.floats.map { Double($0) }
    // Strides of the result, 0 along what is reduced.
    var strides = [Int](repeating: 0, count: kept.count)
    var step = 1
    for axis in kept.indices.reversed() {
      if !isReduced[axis] { strides[axis] = step }
      step *= kept[axis]
    }
    var result = [Double?](repeating: nil, count: step)
    for (place, value) in zip(ConstantFolder.positions(x.shape, strides: strides, count: x.count), numbers) {
      result[place] = result[place].map { join($0, value) } ?? value
    }
    var values: [Double] = []
    for value in result {
      guard let value else { throw bad("nothing to reduce") }
      values.append(node.operation == "ReduceMean" ? value * Double(result.count) / Double(x.count) : value)
    }
    let shape = node.integer("keepdims") == 0 ? x.shape.indices.filter { !isReduced[$0] }.map { x.shape[$0] } : kept
    guard x.integers != nil else { return try make(shape, .floats(values.map { Float($0) })) }
    var integers: [Int] = []
    for value in values {
      guard abs(value) < 0x1p53 else { throw bad("a number overflows") }
      integers.append(Int(value))
    }
    return try make(shape, .integers(integers))
  }

  /// Clip of a constant.
  func clipped() throws(ImportError) -> ONNXTensor {
    let low = node.float("min") ?? node.constant(1)?.floats.first ?? -.infinity
    let high = node.float("max") ?? node.constant(2)?.floats.first ?? .infinity
    return try unary({ min(max($0, low), high) }) { value in
      Int(exactly: min(max(Float(value), low), high).rounded()) ?? value
    }
  }

  /// MatMul and Gemm of matrices.
  func product() throws(ImportError) -> ONNXTensor {
    var (a, b) = (try input(0), try input(1))
    let isGemm = node.operation == "Gemm"
    guard a.shape.count == 2, b.shape.count == 2 else { throw bad("a product of constants that are no matrices") }
    if isGemm, node.integer("transA") ?? 0 != 0 { a = ConstantFolder.transposed(a) ?? a }
    if isGemm, node.integer("transB") ?? 0 != 0 { b = ConstantFolder.transposed(b) ?? b }
    let (rows, inner, columns) = (a.shape[0], a.shape[1], b.shape[1])
    guard b.shape[0] == inner else { throw bad("shapes do not fit") }
    let (work, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, work.multipliedReportingOverflow(by: max(1, inner)).partialValue <= ImportLimits.foldedElements << 6,
      work <= ImportLimits.foldedElements
    else { throw bad("the result is too large") }
    let (left, right) = (a.floats, b.floats)
    let alpha = Double(isGemm ? node.float("alpha") ?? 1 : 1)
    var result = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = 0.0
        for i in 0..<inner { sum += Double(left[row * inner + i]) * Double(right[i * columns + column]) }
        result[row * columns + column] = Float(alpha * sum)
      }
    }
    let matrix = try make([rows, columns], .floats(result))
    guard isGemm, let bias = node.constant(2) else { return matrix }
    let full = try ConstantFolder.expand(bias, to: matrix.shape, node: node.label).floats
    let beta = node.float("beta") ?? 1
    return try make(matrix.shape, .floats(zip(result, full).map { $0 + beta * $1 }))
  }

  /// Range.
  func range() throws(ImportError) -> ONNXTensor {
    var ends: [ONNXTensor] = []
    for index in 0..<3 {
      guard node.constant(index)?.count == 1 else { throw bad("a bound is not one number") }
      ends.append(try input(index))
    }
    let bounds = ends.map { Double($0.floats[0]) }
    let count = bounds[2] == 0 ? -1 : ((bounds[1] - bounds[0]) / bounds[2]).rounded(.up)
    guard count.isFinite, count >= 0 || bounds[2] != 0, count <= Double(ImportLimits.foldedElements) else {
      throw bad("the result is too large")
    }
    let steps = 0..<max(0, Int(count))
    let whole = ends.compactMap { $0.integers?[0] }
    guard whole.count == 3 else {
      return try make([steps.count], .floats(steps.map { Float(bounds[0] + Double($0) * bounds[2]) }))
    }
    return ONNXTensor(list: steps.map { whole[0] &+ $0 &* whole[2] })
  }

  // MARK: helpers

  private func unary(_ float: (Float) -> Float, _ integer: ((Int) -> Int)?) throws(ImportError) -> ONNXTensor {
    let x = try input(0)
    if let integer, let values = x.integers { return try make(x.shape, .integers(values.map(integer))) }
    return try make(x.shape, .floats(x.floats.map(float)))
  }

  private func comparison(_ holds: (Double, Double) -> Bool) throws(ImportError) -> ONNXTensor {
    let (shape, fitted) = try alike([try input(0), try input(1)])
    func numbers(_ x: ONNXTensor) -> [Double] { x.integers?.map { Double($0) } ?? x.floats.map { Double($0) } }
    return try make(shape, .integers(zip(numbers(fitted[0]), numbers(fitted[1])).map { holds($0, $1) ? 1 : 0 }))
  }

  private func elementwise(
    _ float: (Float, Float) -> Float, _ integer: (Int, Int) -> (Int, Bool)
  ) throws(ImportError) -> ONNXTensor {
    var result = try input(0)
    for index in node.constants.indices.dropFirst() {
      let (shape, fitted) = try alike([result, try input(index)])
      guard let xs = fitted[0].integers, let ys = fitted[1].integers else {
        let (xs, ys) = (fitted[0].floats, fitted[1].floats)
        result = try make(shape, .floats(xs.indices.map { float(xs[$0], ys[$0]) }))
        continue
      }
      var values: [Int] = []
      for i in xs.indices {
        let (value, overflow) = integer(xs[i], ys[i])
        if overflow { throw bad("a number overflows") }
        values.append(value)
      }
      result = try make(shape, .integers(values))
    }
    return result
  }
}
