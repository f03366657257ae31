import ChipModel
import Dispatch
import Runtime
internal import CKernels

/// Pools `[C, H, W]` into `result`, which has the pooled map's size; the average divides by the kernel's area, padding
/// never wins a maximum.
func pool(
  _ values: [Lanes], _ shape: [Int], _ pool: NetworkPool, into result: inout [Lanes], threads: Int = 1,
  level: KernelLevel = .best
) {
  let out = pool.outputShape(shape)
  precondition(values.count == shape.reduce(1, *) && result.count == out.reduce(1, *))
  let share = Float(1 / Double(pool.kernel[0] * pool.kernel[1]))
  if level == .swift { return poolPlainly(values, shape, pool, share, into: &result) }
  let map = ck_pool(
    height: shape[1], width: shape[2], out_height: out[1], out_width: out[2], kernel_y: pool.kernel[0],
    kernel_x: pool.kernel[1], stride_y: pool.stride[0], stride_x: pool.stride[1], top: pool.padding[0],
    left: pool.padding[1], share: pool.kind == .average ? share : 0)
  let workers = max(1, min(threads, out[0]))
  unsafe values.withUnsafeBytes { values in
    unsafe result.withUnsafeMutableBytes { result in
      guard let from = values.baseAddress, let to = result.baseAddress else { return }
      nonisolated(unsafe) let x = unsafe from.assumingMemoryBound(to: Float.self)
      // Each channel writes its own map.
      nonisolated(unsafe) let y = unsafe to.assumingMemoryBound(to: Float.self)
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        var map = map
        for channel in stride(from: worker, to: out[0], by: workers) {
          unsafe ck_pool_map(
            level.code, &map, x + channel * shape[1] * shape[2] * 16, y + channel * out[1] * out[2] * 16)
        }
      }
    }
  }
}

/// The Swift twin of `ck_pool_map`, for all channels.
private func poolPlainly(
  _ values: [Lanes], _ shape: [Int], _ pool: NetworkPool, _ share: Float, into result: inout [Lanes]
) {
  let out = pool.outputShape(shape)
  let (height, width) = (shape[1], shape[2])
  for channel in 0..<out[0] {
    for y in 0..<out[1] {
      let top = y * pool.stride[0] - pool.padding[0]
      let rows = max(top, 0)..<max(min(top + pool.kernel[0], height), max(top, 0))
      for x in 0..<out[2] {
        let left = x * pool.stride[1] - pool.padding[1]
        let columns = max(left, 0)..<max(min(left + pool.kernel[1], width), max(left, 0))
        var sum = Lanes.zero
        var largest = Lanes(repeating: -.infinity)
        for row in rows {
          let start = (channel * height + row) * width
          for column in columns {
            let value = values[start + column]
            if pool.kind == .average { sum += value } else { largest = pointwiseMax(largest, value) }
          }
        }
        let isEmpty = rows.isEmpty || columns.isEmpty
        result[(channel * out[1] + y) * out[2] + x] = pool.kind == .average ? sum * share : isEmpty ? .zero : largest
      }
    }
  }
}
