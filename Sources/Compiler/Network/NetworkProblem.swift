import ChipModel

/// Everything that can be wrong with a network whose file is well formed. Cases carry the data; `text` makes the line.
package enum NetworkProblem: Sendable, Equatable {
  // Names and references
  case emptyName
  case badName(reason: String)
  case reservedName
  case duplicateName(key: String, first: Int, second: Int)
  case repeatedKey
  case noPopulations
  case tooMany(key: String, count: Int, limit: Int)
  case unknownPopulation(key: String, name: String, suggestion: String?)
  case inputAsTarget
  case cycle([String])
  case noProjectionArrives
  case unknownTensor(key: String, name: String, suggestion: String?)

  // Shapes
  case shapeRank(key: String, shape: [Int])
  case shapeDimension(key: String, shape: [Int])
  case tooLarge(key: String, what: String, count: Int, limit: Int)
  case parameterCount(key: String, count: Int, expected: String)
  case parameterRange(key: String, value: Int, low: Int, high: Int)
  case poolPadding(padding: Int, kernel: Int)
  case kernelDoesNotFit(key: String, kernel: [Int], shape: [Int], padding: [Int])
  case weightShape(shape: [Int], expected: [Int], why: String)
  case weightRank(shape: [Int])
  case weightsMissing(kind: String)
  case identityWeights(shape: [Int], channels: Int)
  case identityShape(source: [Int], target: [Int])
  case convolutionShape(result: [Int], target: [Int], targetName: String)
  case groups(groups: Int, sourceChannels: Int, targetChannels: Int)
  case keyOfAnotherKind(key: String, kind: String, allowed: String)

  // Numbers
  case valueCount(key: String, count: Int, channels: Int, neurons: Int)
  case valueRange(key: String, index: Int?, value: Double, rule: String)
  case weightType(type: String)
  case weightNotFinite(index: Int, value: Double)
  case mixedWeights(other: String, otherIsInteger: Bool)

  // Neuron models
  case keyMissing(key: String, model: String)
  case keyOfAnotherModel(key: String, model: String, allowed: String)
  case parameterValue(key: String, value: String, allowed: String)
  case spikeValueNeeded

  // Codes and readout
  case periods(other: String, period: Int, otherPeriod: Int)
  case codes(source: String, sourceCode: String, targetCode: String)
  case accumulatorFeeds(source: String)
  case spikesOfAccumulator(name: String)
  case delayFromInput
  case labelsWithoutImages
  case emptyText(key: String)
}

extension NetworkProblem {
  /// The message without its subject: what is wrong, the limit, what to do.
  var text: String {
    switch self {
    case .emptyName: "the name is empty; give each population and projection a name of its own"
    case .badName(let reason): "the name \(reason); choose a short printable name"
    case .reservedName: "the name 'input' is reserved for the network's input; rename the population"
    case .duplicateName(let key, let first, let second):
      "the name is used by \(key)[\(first)] and \(key)[\(second)]; rename one of them"
    case .repeatedKey: "the key is there twice; remove one of the two"
    case .noPopulations: "there are no populations; a network has at least one"
    case .tooMany(let key, let count, let limit):
      "\(groupedText(count)) \(key), at most \(groupedText(limit)) are supported"
    case .unknownPopulation(let key, let name, let suggestion):
      "'\(key)' names the population '\(shownName(name))', which does not exist"
        + (suggestion.map { "; did you mean '\(shownName($0))'?" } ?? "; name a population of this file")
    case .inputAsTarget: "'to' is 'input'; the input receives nothing, name a population"
    case .cycle(let names):
      "the projections form a cycle, \(cycleText(names)); networks with feedback are not supported, remove one of them"
    case .noProjectionArrives: "no projection leads to it; add one or remove the population"
    case .unknownTensor(let key, let name, let suggestion):
      "\(key) refers to the tensor '\(shownName(name))', which the tensor file does not have"
        + (suggestion.map { "; did you mean '\(shownName($0))'?" } ?? "; name one that it has")
    case .shapeRank(let key, let shape):
      "\(key) \(listText(shape)) has \(shape.count) dimensions; write [channels, height, width] or [neurons]"
    case .shapeDimension(let key, let shape): "\(key) \(listText(shape)) has a dimension below 1; each is at least 1"
    case .tooLarge(_, let what, let count, let limit):
      "\(groupedText(count)) \(what), at most \(groupedText(limit)) are supported; split it"
    case .parameterCount(let key, let count, let expected): "\(key) has \(count) values; it takes \(expected)"
    case .parameterRange(let key, let value, let low, let high):
      "\(key) is \(value); write a whole number "
        + (high == Int.max ? "of at least \(low)" : "from \(low) to \(high)")
    case .poolPadding(let padding, let kernel):
      "pool.padding \(padding) is not smaller than the kernel's \(kernel), so a window could lie outside the source;"
        + " lower the padding"
    case .kernelDoesNotFit(let key, let kernel, let shape, let padding):
      "\(key) \(listText(kernel)) does not fit into \(listText(shape)) with padding \(listText(padding));"
        + " use a smaller kernel or more padding"
    case .weightShape(let shape, let expected, let why):
      "weights have shape \(listText(shape)); \(why) needs \(listText(expected))"
    case .weightRank(let shape):
      "weights have shape \(listText(shape)); conv2d needs [outputChannels, inputChannels / groups, height, width]"
    case .weightsMissing(let kind): "there are no weights; \(kind) needs them, add \"weights\""
    case .identityWeights(let shape, let channels):
      "weights have shape \(listText(shape)); identity takes one number or [\(channels)], one a channel"
    case .identityShape(let source, let target):
      "the source gives \(listText(source)), the target has \(listText(target)); identity needs equal shapes"
    case .convolutionShape(let result, let target, let name):
      "the convolution gives \(listText(result)), population '\(shownName(name))' has \(listText(target));"
        + " change its shape or the kernel, stride, padding or dilation"
    case .groups(let groups, let source, let target):
      "groups is \(groups), which does not divide both \(source) source channels and \(target) target channels"
    case .keyOfAnotherKind(let key, let kind, let allowed): "\(key) is not for \(kind), only for \(allowed); remove it"
    case .valueCount(let key, let count, let channels, let neurons):
      "\(key) has \(groupedText(count)) values; it takes \(countsText(channels: channels, neurons: neurons))"
    case .valueRange(let key, let index, let value, let rule):
      "\(key)\(index.map { "[\($0)]" } ?? "") is \(numberText(value)); \(rule)"
    case .weightType(let type): "weights have type \(type); use F32 or F64, or I8, I16 or I32 for chip integers"
    case .weightNotFinite(let index, let value):
      "weights have \(numberText(value)) at element \(groupedText(index)); weights are finite numbers"
    case .mixedWeights(let other, let otherIsInteger):
      "\(otherIsInteger ? "real" : "integer") weights, but projection '\(shownName(other))' into the same population"
        + " has \(otherIsInteger ? "integer" : "real") ones; give both the same kind"
    case .keyMissing(let key, let model): "\(key) is missing; model '\(model)' needs it"
    case .keyOfAnotherModel(let key, let model, let allowed):
      "\(key) is not for model '\(model)', only for \(allowed); remove it"
    case .parameterValue(let key, let value, let allowed): "\(key) is \(value); write \(allowed)"
    case .spikeValueNeeded:
      "the threshold is infinite and there is a negativeThreshold, so what a spike is worth is open; add spikeValue"
    case .periods(let other, let period, let otherPeriod):
      "period is \(period), but population '\(shownName(other))' has \(otherPeriod); a network has one period"
    case .codes(let source, let sourceCode, let targetCode):
      "its \(targetCode) does not match the \(sourceCode) of its source '\(shownName(source))'; use one code"
    case .accumulatorFeeds(let source):
      "the source '\(shownName(source))' is an accumulator, which never fires; start from a spiking population"
    case .spikesOfAccumulator(let name):
      "readout is spikes, but '\(shownName(name))' is an accumulator, which never fires; use \"potential\""
    case .delayFromInput: "delay does not apply to the input, whose current is constant; remove it"
    case .labelsWithoutImages: "there are labels but no images; add images or remove labels"
    case .emptyText(let key): "\(key) is empty; name a file or remove the key"
    }
  }

  /// The rest of the place in `net.json` below the subject.
  var path: [NetworkPathStep] {
    switch self {
    case .emptyName, .badName, .reservedName, .duplicateName: [.key("name")]
    case .noPopulations: [.key("populations")]
    case .cycle: [.key("projections")]
    case .inputAsTarget: [.key("to")]
    case .repeatedKey, .noProjectionArrives, .codes, .identityShape, .convolutionShape, .mixedWeights,
      .labelsWithoutImages, .spikeValueNeeded, .weightsMissing, .keyMissing:
      []
    case .weightShape, .weightRank, .identityWeights, .weightType, .weightNotFinite: [.key("weights")]
    case .poolPadding: [.key("pool")]
    case .groups: [.key("groups")]
    case .periods: [.key("neuron"), .key("period")]
    case .accumulatorFeeds: [.key("from")]
    case .spikesOfAccumulator: [.key("readout")]
    case .delayFromInput: [.key("delay")]
    case .keyOfAnotherModel(let key, _, _), .parameterValue(let key, _, _): [.key("neuron"), .key(key)]
    case .tooMany(let key, _, _), .unknownPopulation(let key, _, _), .shapeRank(let key, _),
      .shapeDimension(let key, _), .tooLarge(let key, _, _, _), .parameterCount(let key, _, _),
      .parameterRange(let key, _, _, _), .kernelDoesNotFit(let key, _, _, _), .keyOfAnotherKind(let key, _, _),
      .emptyText(let key), .unknownTensor(let key, _, _), .valueCount(let key, _, _, _),
      .valueRange(let key, _, _, _):
      keyPath(key)
    }
  }

  /// `pool.kernel` is two steps; neuron keys are spelled without `neuron.` in messages.
  private func keyPath(_ key: String) -> [NetworkPathStep] {
    let neuronKeys = ["threshold", "negativeThreshold", "spikeValue", "initial"]
    if neuronKeys.contains(key) { return [.key("neuron"), .key(key)] }
    return key.split(separator: ".").map { .key(String($0)) }
  }
}
