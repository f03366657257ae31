/// A count with thousands separators, `4,096`.
package func groupedText(_ value: some BinaryInteger) -> String {
  let digits = String(value.magnitude)
  var text = ""
  for (position, digit) in digits.enumerated() {
    if position > 0, (digits.count - position) % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return value < 0 ? "-" + text : text
}

/// The shortest decimal that reads back as the same number, whole numbers without `.0`: `-1`, `0.5`, `infinity`.
package func numberText(_ value: Double) -> String {
  if value.isNaN { return "not a number" }
  if value.isInfinite { return value < 0 ? "-infinity" : "infinity" }
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
