/// Energy of additions and multiplications at 45 nm, 0.9 V: the `operation` model of energy.
///
/// M. Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014, figure 1.1.9. Nothing is
/// interpolated: a width that is not in the table is priced as the next larger one that is, and says so. It leaves
/// out fetching weights and keeping potentials.
package enum ArithmeticEnergy {
  /// One row of the table.
  package struct Row: Sendable, Equatable {
    /// Integer width in bits, or width of a floating-point format.
    package let bits: Int
    /// Joules.
    package let add: Sourced<Double>
    package let multiply: Sourced<Double>
  }

  /// A price and what it stands on.
  package struct Price: Sendable, Equatable {
    /// Joules for one operation.
    package var joules: Double
    /// For example `45 nm int8 multiply 0.2 pJ + int32 add 0.1 pJ`.
    package var formula: String
    /// Set where a width is priced as a larger published one.
    package var remark: String?
    package var certainty: Certainty

    package init(joules: Double, formula: String, remark: String?, certainty: Certainty) {
      self.joules = joules
      self.formula = formula
      self.remark = remark
      self.certainty = certainty
    }
  }

  /// Where the whole table comes from.
  package static let source = "M. Horowitz, ISSCC 2014, figure 1.1.9 (45 nm, 0.9 V)"

  private static func row(_ bits: Int, add: Double, multiply: Double, _ certainty: Certainty) -> Row {
    Row(
      bits: bits, add: Sourced(add, source: source, certainty: certainty),
      multiply: Sourced(multiply, source: source, certainty: certainty))
  }

  /// Integers, rising width. The 32-bit rows were read in papers that reprint the table; the others are recalled.
  package static let integer: [Row] = [
    row(8, add: 0.03e-12, multiply: 0.2e-12, .recalled),
    row(32, add: 0.1e-12, multiply: 3.1e-12, .secondhand),
  ]

  /// Floating point, rising width.
  package static let float: [Row] = [
    row(16, add: 0.4e-12, multiply: 1.1e-12, .recalled),
    row(32, add: 0.9e-12, multiply: 3.7e-12, .secondhand),
  ]

  /// One accumulate of a spiking network in 32-bit float: 0.9 pJ, the figure of most papers.
  package static var floatAccumulate: Price { price(multiply: nil, add: 32, in: float, kind: "fp") }

  /// One multiply-accumulate in 32-bit float: 3.7 + 0.9 = 4.6 pJ.
  package static var floatMultiplyAccumulate: Price { price(multiply: 32, add: 32, in: float, kind: "fp") }

  /// One accumulate into an integer accumulator.
  package static func accumulate(accumulatorBits: Int) -> Price {
    price(multiply: nil, add: accumulatorBits, in: integer, kind: "int")
  }

  /// One multiply of `weightBits`-wide integers and an add into the accumulator.
  package static func multiplyAccumulate(weightBits: Int, accumulatorBits: Int) -> Price {
    price(multiply: weightBits, add: accumulatorBits, in: integer, kind: "int")
  }

  private static func price(multiply: Int?, add: Int, in rows: [Row], kind: String) -> Price {
    var joules = 0.0
    var parts: [String] = []
    var remarks: [String] = []
    var certainty = Certainty.read
    func take(_ bits: Int, _ name: String, _ column: (Row) -> Sourced<Double>) {
      // Beyond the widest published row the widest is used: ChipModel allows no integer above 32 bits.
      guard let row = rows.first(where: { $0.bits >= bits }) ?? rows.last else { return }
      let constant = column(row)
      joules += constant.value
      parts.append("\(kind)\(row.bits) \(name) \(Quantity.energy.text(constant.value))")
      if row.bits != bits { remarks.append("\(kind)\(bits) \(name) priced as \(kind)\(row.bits)") }
      if ArithmeticEnergy.rank(constant.certainty) > ArithmeticEnergy.rank(certainty) { certainty = constant.certainty }
    }
    if let multiply { take(multiply, "multiply", \.multiply) }
    take(add, "add", \.add)
    return Price(
      joules: joules, formula: "45 nm " + parts.joined(separator: " + "),
      remark: remarks.isEmpty ? nil : remarks.joined(separator: "; "), certainty: certainty)
  }

  /// A sum is as certain as its least certain part.
  private static func rank(_ certainty: Certainty) -> Int {
    switch certainty {
    case .measured: 0
    case .read: 1
    case .secondhand: 2
    case .recalled: 3
    case .assumed: 4
    }
  }
}
