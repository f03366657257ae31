import ChipModel

/// What the ANN would take on other devices, by a published price of a multiply-accumulate: a row beside the chip, never a
/// measurement.
package struct ANNDevice: JSONRecord {
  package var device = ""
  package var joulesPerMAC: Double?
  package var joulesPerInference: Double?
  package var source: String?
  package init() {}

  package static let fields: [JSONField<ANNDevice>] = [
    .required("device", \.device, .text, "what computes"),
    .optional("joulesPerMAC", \.joulesPerMAC, .amount, "published price of a multiply-accumulate", unit: "J"),
    .optional(
      "joulesPerInference", \.joulesPerInference, .amount, "multiply-accumulates times that", unit: "J",
      null: "where the network does not say the ANN's cost"),
    .optional("source", \.source, .text, "where the price comes from, and how certain it is"),
  ]

  /// Energies of an operation that KerasSpiking's table takes from Degnan et al. 2015 (IEEE TVLSI 24, 58 to 66), for large
  /// batches; and NVIDIA's accelerator at its nominal voltage, 38.7 TOPS/W, an operation being half a multiply-accumulate.
  private static let prices: [(device: String, price: Sourced<Double>)] = {
    let degnan = "Degnan et al. 2015, as in keras_spiking/model_energy.py"
    return [
      ("GPU, GTX Titan Black, fp32", Sourced(0.3e-9, source: degnan, certainty: .secondhand)),
      ("CPU, i7-4960X, fp32", Sourced(8.6e-9, source: degnan, certainty: .secondhand)),
      ("ARM Cortex-A, fp32", Sourced(0.9e-9, source: degnan, certainty: .secondhand)),
      (
        "accelerator, 5 nm, int4",
        Sourced(
          2 / 38.7e12, source: "Keller et al. 2023, IEEE JSSC 58, 1129 to 1141: 38.7 TOPS/W at 0.67 V", certainty: .read)
      ),
    ]
  }()

  /// - Parameter multiplyAccumulates: of one inference; nil: unknown.
  static func all(multiplyAccumulates: Int?) -> [ANNDevice] {
    prices.map { device, price in
      var row = ANNDevice()
      row.device = device
      row.joulesPerMAC = price.value
      row.joulesPerInference = multiplyAccumulates.map { Double($0) * price.value }
      row.source = price.provenance
      return row
    }
  }
}
