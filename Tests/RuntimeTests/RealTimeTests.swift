import Testing

@testable import ChipModel
@testable import Runtime

@Suite("Real time")
struct RealTimeTests {
  /// Two samples of so many steps with one layer more, 10 uJ of actions each, 0.1 W static.
  private func result(steps: Int, tick: Double?) -> RunResult {
    var result = RunResult()
    (result.ticks, result.ticksPerInference, result.samples) = (steps, steps + 4, 2)
    result.time.secondsPerTick = tick
    var bill = ChipBill()
    bill.items = [EnergyItem(unit: "soma", action: "spike", count: 20, joulesEach: 1e-6)]
    bill.staticWatts = 0.1
    result.energy.chip = bill
    return result
  }

  @Test("a chip that is faster waits, and its static power flows on; a slower one takes its own time")
  func waits() throws {
    let fast = RealTime(result(steps: 300, tick: 1e-5), secondsPerStep: 1e-3)
    #expect(abs(fast.secondsOfInput - 0.3) < 1e-12)
    #expect(abs(try #require(fast.speed) - 100) < 1e-9)
    #expect(abs(try #require(fast.secondsPerInference) - 0.304) < 1e-12)
    #expect(abs(try #require(fast.idleJoules) - 0.0304) < 1e-12)
    #expect(abs(try #require(fast.joulesPerInference) - 0.03041) < 1e-12)
    #expect(abs(try #require(fast.watts) - 0.03041 / 0.304) < 1e-12)
    let slow = RealTime(result(steps: 300, tick: 2e-3), secondsPerStep: 1e-3)
    #expect(abs(try #require(slow.speed) - 0.5) < 1e-12)
    #expect(abs(try #require(slow.idleJoules) - 0.0608) < 1e-12)
    let unknown = RealTime(result(steps: 300, tick: nil), secondsPerStep: 1e-3)
    #expect(unknown.speed == nil && unknown.idleJoules == fast.idleJoules)
    // Static power alone is a price.
    var unpriced = result(steps: 300, tick: nil)
    unpriced.energy.chip?.items[0].joules = nil
    #expect(RealTime(unpriced, secondsPerStep: 1e-3).joulesPerInference == fast.idleJoules)
  }

  @Test("power by second is what ticks of that second spend, and static power")
  func bySecond() throws {
    var result = result(steps: 1496, tick: 1e-5)
    // 1,500 ticks of 1 ms: over both samples 4 mJ a tick of the first second, 2 mJ of the half second after it.
    result.energy.chip?.joulesByTick = (0..<1500).map { $0 < 1000 ? 4e-3 : 2e-3 }
    let watts = try #require(RealTime(result, secondsPerStep: 1e-3).wattsBySecond)
    #expect(watts.count == 2)
    #expect(abs(watts[0] - 2.1) < 1e-9 && abs(watts[1] - 1.1) < 1e-9)
  }
}
