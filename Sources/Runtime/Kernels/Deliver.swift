import ChipModel
internal import CKernels

/// Adds the weights of one step's spikes to channel-last accumulators.
///
/// The same meaning as ``DeliverReference`` at every level, tested against it bit for bit. Sums wrap at the accumulator's
/// width; the plan has proven that the true sums fit.
enum Deliver {
  /// - Parameters:
  ///   - part: some of the step's groups, of a route by pixels; nil: all.
  ///   - lanes: 16-bit ones take 8-bit weights in packed pairs alone.
  static func deliver(
    _ train: SpikeTrain, step: Int, part: Range<Int>? = nil, _ route: DeliveryRoute, level: KernelLevel,
    groups: inout SpikeGroups, into lanes: Lanes
  ) {
    unsafe withDelivery(train, step, part, route, &groups) { delivery in
      if lanes.isNarrow {
        guard let out = unsafe lanes.sums.narrow.baseAddress.map({ unsafe $0 + lanes.start }) else { return }
        if level == .swift {
          unsafe DeliverSwift.pairs(delivery.pointee, into: out)
        } else {
          unsafe ck_deliver(level.code, delivery, out, 16)
        }
        return
      }
      guard let out = unsafe lanes.sums.wide.baseAddress.map({ unsafe $0 + lanes.start }) else { return }
      switch (route.weights.kind, level) {
      case (.pairs, .swift): unsafe DeliverSwift.pairs(delivery.pointee, into: out)
      case (.pairs, _): unsafe ck_deliver(level.code, delivery, out, 32)
      case (.wide, .swift): unsafe DeliverSwift.wide(delivery.pointee, into: out)
      case (.wide, _): unsafe ck_deliver(level.code, delivery, out, 0)
      }
    }
  }

  /// Groups the step's spikes as the route asks and hands all addresses to `body`; not called where there is no spike.
  @inline(__always)
  private static func withDelivery(
    _ train: SpikeTrain, _ step: Int, _ part: Range<Int>?, _ route: DeliveryRoute, _ groups: inout SpikeGroups,
    _ body: (UnsafePointer<ck_delivery>) -> Void
  ) {
    switch route.rule {
    case .pixels:
      let start = train.stepStarts[step]
      let first = start + (part?.lowerBound ?? 0)
      let count = part?.count ?? train.stepStarts[step + 1] - start
      if count == 0 { return }
      unsafe withAddresses(
        route, keys: train.pixels, starts: train.channelStarts, rows: train.channels, payloads: train.payloads,
        hasPayload: train.hasPayload, first: first, count: count, body)
    case .cells(let cellOf, let cells):
      groups.gatherCells(train, step: step, cellOf: cellOf, cells: cells)
      if groups.count == 0 { return }
      unsafe withAddresses(
        route, keys: groups.keys, starts: groups.starts, rows: train.channels, payloads: train.payloads,
        hasPayload: train.hasPayload, first: 0, count: groups.count, body)
    case .all(let cellOf):
      groups.gatherAll(train, step: step, cellOf: cellOf)
      if groups.count == 0 { return }
      unsafe withAddresses(
        route, keys: groups.keys, starts: groups.starts, rows: groups.rows, payloads: groups.payloads,
        hasPayload: train.hasPayload, first: 0, count: groups.count, body)
    }
  }

  @inline(__always)
  private static func withAddresses(
    _ route: DeliveryRoute, keys: [UInt32], starts: [UInt32], rows: [UInt32], payloads: [Int32], hasPayload: Bool,
    first: Int, count: Int, _ body: (UnsafePointer<ck_delivery>) -> Void
  ) {
    let table = route.table
    unsafe keys.withUnsafeBufferPointer { keys in
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe rows.withUnsafeBufferPointer { rows in
          unsafe payloads.withUnsafeBufferPointer { payloads in
            unsafe table.runStarts.withUnsafeBufferPointer { runStarts in
              unsafe table.runTaps.withUnsafeBufferPointer { runTaps in
                unsafe table.runTargets.withUnsafeBufferPointer { runTargets in
                  unsafe table.targets.withUnsafeBufferPointer { targets in
                    unsafe route.weights.factors.withUnsafeBufferPointer { factors in
                      unsafe route.weights.lanes.withLanes { lanes in
                        guard let keyBase = keys.baseAddress, let startBase = starts.baseAddress else { return }
                        var delivery = unsafe ck_delivery(
                          groups: count, keys: keyBase + first, starts: startBase + first, rows: rows.baseAddress,
                          payloads: hasPayload ? payloads.baseAddress : nil, run_starts: runStarts.baseAddress,
                          run_taps: runTaps.baseAddress, run_targets: runTargets.baseAddress,
                          targets: targets.baseAddress, weights: lanes, row_stride: route.weights.rowStride,
                          tap_lanes: route.weights.tapLanes, half: route.weights.half,
                          factors: factors.isEmpty ? nil : factors.baseAddress)
                        unsafe body(&delivery)
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

/// All that delivery through one projection reads: how spikes are grouped, where sums go, the weights.
struct DeliveryRoute: Sendable {
  let rule: SpikeGroups.Rule
  let table: DeliveryTable
  let weights: StoredWeights
}
