/// What is wrong with a JSON text, and where. The file's name is not part of it: whoever opened the file adds it.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    /// The text is not JSON at this point.
    case expected(String, found: String)
    /// The text is not JSON for another reason, spelled out.
    case malformed(String)
    case tooLarge(bytes: Int, limit: Int)
    case tooDeep(limit: Int)
    case tooManyValues(limit: Int)
    case duplicateKey(String)
    case missingKey(String)
    case unknownKey(String, suggestion: String?)
    case unknownValue(String, allowed: [String])
    case wrongType(expected: String, found: String)
    case outOfRange(value: String, expected: String)
    case wrongCount(Int, expected: String)
    /// A rule of the format that is being read, spelled out.
    case invalid(String)
  }

  package let location: SourceLocation
  /// The member it is about, for example `populations[2].neuron`; empty for the whole text and for syntax errors.
  package let path: String
  package let problem: Problem

  package init(_ problem: Problem, at location: SourceLocation, path: String = "") {
    self.problem = problem
    self.location = location
    self.path = path
  }

  /// One line: `line 12, column 5: populations[2].neuron: unknown key 'treshold'; did you mean 'threshold'?`
  package var description: String {
    path.isEmpty ? "\(location): \(problemText)" : "\(location): \(path): \(problemText)"
  }

  /// The same where the file is one that another file names: a text that is not JSON is none of the format, and nothing of
  /// it is told.
  package var withoutContent: JSONError {
    switch problem {
    case .expected, .malformed, .duplicateKey: JSONError(.malformed("the text is not what is read here"), at: location)
    default: self
    }
  }

  private var problemText: String {
    switch problem {
    case .expected(let expected, let found):
      "expected \(expected), found \(found)"
    case .malformed(let text), .invalid(let text):
      text
    case .tooLarge(let bytes, let limit):
      "the text has \(bytes) bytes, the limit is \(limit)"
    case .tooDeep(let limit):
      "arrays and objects are nested more than \(limit) deep"
    case .tooManyValues(let limit):
      "the text has more than \(limit) values; put large arrays into a tensor file"
    case .duplicateKey(let key):
      "duplicate key \(quotedForMessage(key)); remove one of the two"
    case .missingKey(let key):
      "missing key \(quotedForMessage(key))"
    case .unknownKey(let key, let suggestion):
      "unknown key \(quotedForMessage(key))" + Self.ending(suggestion, otherwise: "; remove it")
    case .unknownValue(let value, let allowed):
      "unknown value \(quotedForMessage(value))"
        + Self.ending(
          closest(to: value, in: allowed),
          otherwise: allowed.isEmpty ? "" : "; expected one of \(allowed.joined(separator: ", "))")
    case .wrongType(let expected, let found):
      "expected \(expected), found \(found)"
    case .outOfRange(let value, let expected):
      "\(value) is out of range; expected \(expected)"
    case .wrongCount(let count, let expected):
      "expected \(expected), found \(count)"
    }
  }

  private static func ending(_ suggestion: String?, otherwise: String) -> String {
    suggestion.map { "; did you mean '\($0)'?" } ?? otherwise
  }
}
