/// The inner loop of placement: what moving one core changes in the spike-weighted hops to its neighbours.
enum PullKernel {
  /// Points whose distances and their differences fit 32 bits.
  static func fits(_ point: MeshPoint) -> Bool { max(point.x.magnitude, point.y.magnitude) < 1 << 28 }

  /// The sum over edges of weight times the change of distance, by |dx| + |dy|, of points that fit.
  ///
  /// - Parameters:
  ///   - edges: of the core that moves, within `neighbours` and `weights`.
  ///   - places: of all cores.
  ///   - except: a core whose edge does not count; -1: none.
  @inline(__always)
  static func change(
    _ edges: Range<Int>, neighbours: [Int32], weights: [Int64], places: [MeshPoint], from here: MeshPoint,
    to there: MeshPoint, except: Int32
  ) -> Int64 {
    guard edges.lowerBound >= 0, edges.upperBound <= min(neighbours.count, weights.count) else { return 0 }
    var change: Int64 = 0
    unsafe neighbours.withUnsafeBufferPointer { neighbours in
      unsafe weights.withUnsafeBufferPointer { weights in
        unsafe places.withUnsafeBufferPointer { places in
          for edge in edges {
            let neighbour = unsafe neighbours[edge]
            let point = unsafe places[Int(neighbour)]
            let near = abs(there.x &- point.x) &+ abs(there.y &- point.y)
            let far = abs(here.x &- point.x) &+ abs(here.y &- point.y)
            let product = unsafe weights[edge] &* Int64(near &- far)
            change &+= neighbour == except ? 0 : product
          }
        }
      }
    }
    return change
  }
}
