import ChipModel

/// The papers' form of a network: in step `t` the spikes of every layer reach the next one in the same step. Plain loops
/// over plain arrays, written from the contract alone; of the product it reads compiled integers and geometry, no code.
struct LayerSynchronousLoop {
  let program: CompiledProgram
  var potentials: [[Int]] = []
  /// Member B of bistable units.
  var others: [[Int]] = []
  var counts: [[Int]] = []
  var payloadSums: [[Int]] = []
  var saturated: [[Bool]] = []
  /// Sum of the currents that each neuron received, bias and input included, before any saturation.
  var received: [[Int]] = []

  init(_ program: CompiledProgram) { self.program = program }

  struct Map {
    var c: Int, h: Int, w: Int
    var values: [Int]
    init(_ c: Int, _ h: Int, _ w: Int) {
      (self.c, self.h, self.w) = (c, h, w)
      values = [Int](repeating: 0, count: c * h * w)
    }
    subscript(c: Int, y: Int, x: Int) -> Int {
      get { values[(c * h + y) * w + x] }
      set { values[(c * h + y) * w + x] = newValue }
    }
  }

  static func map(_ dimensions: [Int]) -> Map {
    dimensions.count == 3 ? Map(dimensions[0], dimensions[1], dimensions[2]) : Map(dimensions[0], 1, 1)
  }

  static func parameter(_ values: [Int32], _ index: Int, _ map: Map) -> Int {
    values.count == 1
      ? Int(values[0]) : values.count == map.values.count ? Int(values[index]) : Int(values[index / (map.h * map.w)])
  }

  static func halves(_ size: Int, _ before: Int, _ after: Int, _ kernel: Int, _ stride: Int) -> Int {
    (size + before + after - kernel) / stride + 1
  }

  /// Average pooling without its divisor.
  static func summed(_ x: Map, _ p: PoolGeometry) -> Map {
    var out = Map(x.c, halves(x.h, p.top, p.bottom, p.kernelY, p.strideY), halves(x.w, p.left, p.right, p.kernelX, p.strideX))
    for c in 0..<out.c {
      for oy in 0..<out.h {
        for ox in 0..<out.w {
          for ky in 0..<p.kernelY {
            for kx in 0..<p.kernelX {
              let (y, z) = (oy * p.strideY + ky - p.top, ox * p.strideX + kx - p.left)
              if y >= 0, y < x.h, z >= 0, z < x.w { out[c, oy, ox] += x[c, y, z] }
            }
          }
        }
      }
    }
    return out
  }

  /// The entry of `now` whose score is the largest; ties by the larger entry, then by order.
  static func winners(_ now: Map, score: Map, _ p: PoolGeometry) -> Map {
    var out = Map(now.c, halves(now.h, p.top, p.bottom, p.kernelY, p.strideY), halves(now.w, p.left, p.right, p.kernelX, p.strideX))
    for c in 0..<out.c {
      for oy in 0..<out.h {
        for ox in 0..<out.w {
          var candidates: [(score: Int, now: Int)] = []
          for ky in 0..<p.kernelY {
            for kx in 0..<p.kernelX {
              let (y, z) = (oy * p.strideY + ky - p.top, ox * p.strideX + kx - p.left)
              if y >= 0, y < now.h, z >= 0, z < now.w { candidates.append((score[c, y, z], now[c, y, z])) }
            }
          }
          let best = candidates.map(\.score).max()
          out[c, oy, ox] = candidates.filter { $0.score == best }.map(\.now).max() ?? 0
        }
      }
    }
    return out
  }

  /// Weighted sums of `x` into the target's map.
  func weighted(_ x: Map, _ projection: Projection) -> [Int] {
    let w = program.weights[projection.weights]
    var out = LayerSynchronousLoop.map(program.populations[projection.target].dimensions)
    func shifted(_ weight: Int32, _ channel: Int) -> Int {
      Int(weight) * (1 << Int(projection.shifts.count == 1 ? projection.shifts[0] : projection.shifts[channel]))
    }
    switch projection.kind {
    case .dense:
      for o in out.values.indices {
        for i in x.values.indices {
          out.values[o] += x.values[i] * shifted(w[o * x.values.count + i], o / (out.h * out.w))
        }
      }
    case .identity:
      let parallel = w.count / x.c
      for c in 0..<x.c {
        for y in 0..<x.h {
          for z in 0..<x.w {
            for part in 0..<parallel { out[c, y, z] += x[c, y, z] * shifted(w[c * parallel + part], c) }
          }
        }
      }
    case .convolution:
      let g = projection.convolution
      let inputs = x.c / g.groups
      let outputs = out.c / g.groups
      for o in 0..<out.c {
        for i in 0..<inputs {
          let source = o / outputs * inputs + i
          for oy in 0..<out.h {
            for ox in 0..<out.w {
              for ky in 0..<g.kernelY {
                for kx in 0..<g.kernelX {
                  let y = oy * g.strideY + ky * g.dilationY - g.top
                  let z = ox * g.strideX + kx * g.dilationX - g.left
                  guard y >= 0, y < x.h, z >= 0, z < x.w else { continue }
                  out[o, oy, ox] += x[source, y, z] * shifted(w[((o * inputs + i) * g.kernelY + ky) * g.kernelX + kx], o)
                }
              }
            }
          }
        }
      }
    }
    return out.values
  }

  /// What the input adds to a population every step.
  func inputCurrent(_ population: Int, _ sample: [Double]) -> [Int] {
    var x = LayerSynchronousLoop.map(program.input.dimensions)
    for i in x.values.indices {
      x.values[i] = Int(max(-8_388_608, min(8_388_607, (sample[i] * 4096).rounded(.toNearestOrEven))))
    }
    var sums = [Int](repeating: 0, count: LayerSynchronousLoop.map(program.populations[population].dimensions).values.count)
    for projection in program.projections where projection.target == population && projection.source == 0 {
      var seen = x
      if let pool = projection.pool {
        seen = pool.kind == .average ? Self.summed(x, pool) : Self.winners(x, score: x, pool)
      }
      for (i, value) in weighted(seen, projection).enumerated() { sums[i] += value }
    }
    return sums.map { sum in
      let scaled = sum * (1 << program.fractionBits)
      let remainder = ((scaled % 4096) + 4096) % 4096
      let floor = (scaled - remainder) / 4096
      return remainder > 2048 || (remainder == 2048 && floor % 2 != 0) ? floor + 1 : floor
    }
  }

  mutating func run(_ sample: [Double], steps: Int) {
    let all = program.populations
    let maps = all.map { LayerSynchronousLoop.map($0.dimensions) }
    let zero = maps.map { [Int](repeating: 0, count: $0.values.count) }
    potentials = all.indices.map { p in
      maps[p].values.indices.map { Self.parameter(all[p].initial.values, $0, maps[p]) }
    }
    others = all.indices.map { all[$0].model.hasCurrent ? zero[$0] : potentials[$0] }
    (counts, payloadSums, received) = (zero, zero, zero)
    saturated = zero.map { $0.map { _ in false } }
    let inputs = all.indices.map { inputCurrent($0, sample) }
    // Depth by hand: the longest path.
    var depth = [Int](repeating: 0, count: all.count)
    for _ in all.indices {
      for projection in program.projections {
        // The input is not counted.
        let step = projection.source == 0 ? 0 : 1
        depth[projection.target] = max(depth[projection.target], depth[projection.source] + step)
      }
    }
    let order = program.placed.sorted { (depth[$0], $0) < (depth[$1], $1) }
    var largest = [Map?](repeating: nil, count: program.projections.count)
    var scores = program.projections.map { maps[$0.source] }
    /// What each population sent in each step, and what of it passed each projection.
    var spikes = [[Map]](repeating: [], count: all.count)
    var passed = [[Map]](repeating: [], count: program.projections.count)
    let top = (1 << (program.membraneBits - 1)) - 1

    for p in order {
      let model = all[p].model
      let lag = all[p].lag
      var sent = zero[p]
      // Step of the sums; what fires does so `lag` later, and goes on as long after the last sum.
      for step in 0..<(steps + lag) {
        let isBistable = model.kind == .bistable
        var current = zero[p]
        var isFedByBistable = false
        for (index, projection) in program.projections.enumerated() where projection.target == p && projection.source > 0 {
          let source = projection.source
          let from = all[source].model
          isFedByBistable = isFedByBistable || from.kind == .bistable
          guard step < steps else { continue }
          var now = spikes[source][step]
          if let pool = projection.pool {
            if pool.kind == .average {
              now = Self.summed(now, pool)
            } else {
              if from.kind == .bistable, step % from.period == 0 { scores[index].values = zero[source] }
              for i in now.values.indices {
                scores[index].values[i] += now.values[i] * (1 << (from.period - 1 - step % from.period))
              }
              if projection.gate == .count {
                let before = largest[index]
                now = Self.winners(scores[index], score: scores[index], pool)
                largest[index] = now
                for i in now.values.indices { now.values[i] -= before?.values[i] ?? 0 }
              } else {
                now = Self.winners(now, score: scores[index], pool)
              }
            }
          }
          passed[index].append(now)
          // BSNN's synchronous neurons hold a spike one period for every layer that a shortcut skips.
          let late = from.kind == .bistable ? step - from.period * (depth[p] - depth[source] - 1) : step
          guard late >= 0 else { continue }
          for (i, value) in weighted(passed[index][late], projection).enumerated() { current[i] += value }
        }
        let isOpen = !(isBistable || (model.kind == .accumulator && isFedByBistable)) || step / model.period >= depth[p]
        let adding = 1 << (model.period - 1 - step % model.period)
        let scale = 1 << (model.period - 1 - max(0, step - lag) % model.period)
        var emitted = maps[p]
        for i in current.indices {
          let fires = step >= lag
          var sum = current[i] << program.fractionBits
          if isOpen, step < steps {
            let biases = all[p].biasByStep.isEmpty ? all[p].bias.values : all[p].biasByStep[step].values
            sum += Self.parameter(biases, i, maps[p]) + inputs[p][i]
          }
          sum *= adding
          received[p][i] += sum
          func gained(_ v: Int) -> Int {
            if v + sum > top || v + sum < -top - 1 { saturated[p][i] = true }
            return max(-top - 1, min(top, v + sum))
          }
          let threshold = Self.parameter(all[p].threshold.values, i, maps[p])
          let isInfinite = threshold == Int(Int32.max) || !fires
          var payload = 0
          var v = potentials[p][i]
          switch model.kind {
          case .accumulator: v = gained(v)
          case .integrateFire, .leaky, .phase:
            if model.kind == .leaky { v -= Int((Double(v) / Double(1 << (model[.leakShift] ?? 0))).rounded(.down)) }
            v = gained(v)
            if !isInfinite && v >= threshold * scale + (model.strict ? 1 : 0) {
              payload = 1
              v = model.hardReset ? 0 : v - threshold * scale
            }
          case .augmented, .ternary:
            v = gained(v)
            let most = model.maximumPayload.map(Int.init) ?? Int.max
            let negative = Self.parameter(all[p].negativeThreshold.values, i, maps[p])
            if !isInfinite && v >= threshold {
              payload = min(most, v / threshold)
              v -= payload * threshold
            } else if model.hasNegativeThreshold, fires {
              payload = v <= negative ? -min(most, v / negative) : 0
              v += payload * negative
            }
          case .signed:
            v = gained(v)
            let negative = Self.parameter(all[p].negativeThreshold.values, i, maps[p])
            if !isInfinite && v >= threshold {
              payload = 1
            } else if fires && v < negative && sent[i] > 0 {
              payload = -1
            }
            v -= payload * threshold
            sent[i] += payload
          case .switching, .integrator:
            if step <= lag || model.kind == .integrator {
              let delivered = current[i] << program.fractionBits
              others[p][i] = max(-top - 1, min(top, others[p][i] + delivered))
              v = max(-top - 1, min(top, v + others[p][i] + sum - delivered))
            }
            if model.kind == .switching, fires {
              let isOn = threshold != Int(Int32.max) && v >= threshold
              if isOn { v -= threshold }
              payload = (isOn ? 1 : 0) - sent[i]
              sent[i] = isOn ? 1 : 0
            }
          case .bistable:
            // Even periods: B fires, A listens.
            let aListens = step / model.period % 2 == 0
            var firing = aListens ? others[p][i] : v
            let listening = gained(aListens ? v : others[p][i])
            if !isInfinite && firing >= threshold * scale {
              payload = 1
              firing -= threshold * scale
            }
            v = aListens ? listening : firing
            others[p][i] = aListens ? firing : listening
          default: break
          }
          potentials[p][i] = v
          emitted.values[i] = payload
          if payload != 0 { counts[p][i] += 1 }
          payloadSums[p][i] += abs(payload)
        }
        if step >= lag { spikes[p].append(emitted) }
      }
    }
  }
}
