import Testing

@testable import ChipModel

@Suite struct QuantityTests {
  @Test func `texts with prefixes read exactly`() {
    #expect(Quantity.energy.value(of: "23.6 pJ") == 23.6e-12)
    #expect(Quantity.energy.value(of: "2.36e-11 J") == 23.6e-12)
    #expect(Quantity.energy.value(of: " 0.9pJ ") == 0.9e-12)
    #expect(Quantity.time.value(of: "1 ms") == 1e-3)
    #expect(Quantity.time.value(of: "0.6 µs") == 0.6e-6)
    #expect(Quantity.power.value(of: "0.42 mW") == 0.42e-3)
    #expect(Quantity.energy.value(of: "0 J") == 0)
  }

  @Test(arguments: [
    "", "J", "1", "1 j", "1 pW", "-1 J", "+1 J", ".5 J", "nan J", "inf J", "0x1 J", "1e999 J", "1e99999999999 J",
    "1 e J", "1 p J", "1..2 J", "1e J", "1e1e1 J", "1 GJ", "1 pJ pJ", "١ J",
  ])
  func `anything else is refused`(text: String) {
    #expect(Quantity.energy.value(of: text) == nil)
  }

  @Test func `values print with the prefix that leaves 1 to 999`() {
    #expect(Quantity.energy.text(23.6e-12) == "23.6 pJ")
    #expect(Quantity.energy.text(180.3e-12) == "180.3 pJ")
    #expect(Quantity.energy.text(13.3e-9) == "13.3 nJ")
    #expect(Quantity.energy.text(1e-12) == "1 pJ")
    #expect(Quantity.time.text(1e-3) == "1 ms")
    #expect(Quantity.time.text(0.6e-6) == "600 ns")
    #expect(Quantity.power.text(2) == "2 W")
    #expect(Quantity.energy.text(1234) == "1.234 kJ")
    #expect(Quantity.energy.text(5e7) == "50000 kJ")
    #expect(Quantity.energy.text(2.5e-17) == "0.025 fJ")
    #expect(Quantity.energy.text(0.9e-12) == "0.9 pJ" && Quantity.energy.text(0.03e-12) == "0.03 pJ")
    #expect(Quantity.energy.text(9e-15) == "9 fJ")
    #expect(Quantity.energy.text(0) == "0 J")
  }

  @Test func `text reads back as the same double`() {
    let seed: UInt64 = 42
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      let value = Double(bitPattern: random.next() >> 1)
      guard value.isFinite, value < 1e200, value > 1e-200 else { continue }
      #expect(Quantity.energy.value(of: Quantity.energy.text(value)) == value, "seed \(seed)")
    }
  }
}

@Suite struct EnergyConstantTests {
  @Test func `the usual figures: 0.9 pJ and 4.6 pJ in float, 0.1 and 0.3 pJ in integers`() {
    #expect(ArithmeticEnergy.floatAccumulate.joules == 0.9e-12)
    #expect(abs(ArithmeticEnergy.floatMultiplyAccumulate.joules - 4.6e-12) < 1e-24)
    #expect(ArithmeticEnergy.accumulate(accumulatorBits: 32).joules == 0.1e-12)
    #expect(abs(ArithmeticEnergy.multiplyAccumulate(weightBits: 8, accumulatorBits: 32).joules - 0.3e-12) < 1e-24)
    #expect(
      ArithmeticEnergy.multiplyAccumulate(weightBits: 8, accumulatorBits: 32).formula
        == "45 nm int8 multiply 0.2 pJ + int32 add 0.1 pJ")
  }

  @Test func `a width that was not published is priced as the next larger one, and says so`() {
    let price = ArithmeticEnergy.multiplyAccumulate(weightBits: 6, accumulatorBits: 20)
    #expect(price.joules == ArithmeticEnergy.multiplyAccumulate(weightBits: 8, accumulatorBits: 32).joules)
    #expect(price.remark == "int6 multiply priced as int8; int20 add priced as int32")
    #expect(ArithmeticEnergy.accumulate(accumulatorBits: 32).remark == nil)
    #expect(ArithmeticEnergy.accumulate(accumulatorBits: 9).joules == 0.1e-12)
    #expect(ArithmeticEnergy.accumulate(accumulatorBits: 8).joules == 0.03e-12)
  }

  @Test func `spike profiles by name and by amount`() throws {
    #expect(try SpikeProfile(nameOrAmount: "merolla2011") == .standard)
    #expect(SpikeProfile.standard.joulesPerSpike.value == 45e-12)
    let custom = try SpikeProfile(nameOrAmount: "2 nJ")
    #expect(custom.name == "custom" && custom.joulesPerSpike.value == 2e-9)
    let messages = [
      "merola2011": "did you mean 'merolla2011'?",
      "mine": "known are merolla2011, cao2015-alpha1, truenorth, loihi-sanafe, or give an amount such as '45 pJ'",
    ]
    for (name, remedy) in messages {
      #expect { try SpikeProfile(nameOrAmount: name) } throws: { error in
        "\(error)" == "unknown energy profile '\(name)'; \(remedy)"
      }
    }
  }
}
