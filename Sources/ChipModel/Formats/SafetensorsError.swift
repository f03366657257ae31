/// Why bytes are not a safetensors file, or tensors cannot become one. Offsets count from the start of the data.
package enum SafetensorsError: Error, Sendable, Equatable, CustomStringConvertible {
  case tooShort(bytes: Int)
  case headerTooLarge(bytes: UInt64, limit: Int)
  case headerCut(bytes: Int, available: Int)
  case headerNotObject
  /// The header is not the JSON it must be; line and column are within the header.
  case header(JSONError)
  case gap(tensor: String, from: Int, to: Int)
  case overlap(tensor: String, begins: Int, previousEnd: Int)
  case dataCut(tensor: String, end: Int, available: Int)
  case sizeMismatch(tensor: String, type: String, shape: [Int], bytes: Int)
  case trailing(bytes: Int)
  /// To be written: a tensor's name or a metadata key that is there twice.
  case repeated(String)
  case reservedName

  package var description: String {
    switch self {
    case .tooShort(let bytes):
      "not a safetensors file: \(bytes) bytes, the header's length alone takes 8"
    case .headerTooLarge(let bytes, let limit):
      "not a safetensors file: its header would have \(bytes) bytes, the limit is \(limit)"
    case .headerCut(let bytes, let available):
      "the safetensors header has \(bytes) bytes but only \(available) are there; copy the file again"
    case .headerNotObject:
      "not a safetensors file: the header does not begin with '{'"
    case .header(let error):
      "safetensors header: \(error)"
    case .gap(let tensor, let from, let to):
      "tensor \(quotedForMessage(tensor)): nothing names the data from \(from) to \(to) before it"
    case .overlap(let tensor, let begins, let previousEnd):
      "tensor \(quotedForMessage(tensor)) begins at \(begins), within the one before it, which ends at \(previousEnd)"
    case .dataCut(let tensor, let end, let available):
      "tensor \(quotedForMessage(tensor)) ends at \(end) but the data end at \(available); copy the file again"
    case .sizeMismatch(let tensor, let type, let shape, let bytes):
      "tensor \(quotedForMessage(tensor)) has \(bytes) bytes of data, which \(type) of shape \(shape) has not"
    case .trailing(let bytes):
      "the safetensors file goes on after its last tensor (trailing bytes: \(bytes)); copy or write it again"
    case .repeated(let name):
      "\(quotedForMessage(name)) is there twice; a safetensors file needs distinct names"
    case .reservedName:
      "a tensor cannot be named '__metadata__', which safetensors reserves; rename it"
    }
  }
}
