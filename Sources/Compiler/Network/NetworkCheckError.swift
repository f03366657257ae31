import ChipModel

/// What a semantic check of a network found, and where in the network.
package struct NetworkCheckError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The part of the network that is wrong.
  package enum Subject: Sendable, Equatable {
    case network
    case input
    /// Index in file order and name (may be empty or repeated: that may be the fault).
    case population(Int, String)
    case projection(Int, String)
    case output
    case ann
    case provenance(String)
  }

  package let subject: Subject
  /// Keys of the member below the subject, with points between; empty: the subject itself.
  package let key: String
  /// What is wrong, the limit, what to do.
  package let problem: String

  init(_ subject: Subject, _ key: String, _ problem: String) {
    self.subject = subject
    self.key = key
    self.problem = problem
  }

  init(_ subject: Subject, _ problem: String) { self.init(subject, "", problem) }

  /// A whole number that a member may not have.
  init(_ subject: Subject, _ key: String, range value: Int, _ low: Int, _ high: Int) {
    let range = high == .max ? "of at least \(low)" : "from \(low) to \(high)"
    self.init(subject, key, "\(key) is \(value); write a whole number \(range)")
  }

  /// A real number that a member may not have.
  /// - Parameters:
  ///   - path: keys below the subject; nil: `key`.
  ///   - rule: what to write instead.
  init(_ subject: Subject, _ key: String, at index: Int? = nil, path: String? = nil, value: Double, _ rule: String) {
    self.init(subject, path ?? key, "\(key)\(index.map { "[\($0)]" } ?? "") is \(numberText(value)); \(rule)")
  }

  /// One line: what is wrong where, and what to do.
  package var description: String { "\(subject.text): \(problem)" }

  /// The place in `net.json`, for example `populations[2].neuron.threshold`.
  package var path: [NetworkPathStep] { subject.path + key.split(separator: ".").map { .key(String($0)) } }
}

/// One step of the way to a value in `net.json`.
package enum NetworkPathStep: Sendable, Equatable {
  case key(String)
  case index(Int)
}

extension NetworkCheckError.Subject {
  var text: String {
    switch self {
    case .network: "network"
    case .input: "input"
    case .population(let index, ""): "populations[\(index)]"
    case .population(_, let name): "population '\(shownName(name))'"
    case .projection(let index, ""): "projections[\(index)]"
    case .projection(_, let name): "projection '\(shownName(name))'"
    case .output: "output"
    case .ann: "ann"
    case .provenance(let key): "provenance '\(shownName(key))'"
    }
  }

  var path: [NetworkPathStep] {
    switch self {
    case .network: []
    case .input: [.key("input")]
    case .population(let index, _): [.key("populations"), .index(index)]
    case .projection(let index, _): [.key("projections"), .index(index)]
    case .output: [.key("output")]
    case .ann: [.key("ann")]
    case .provenance(let key): [.key("provenance"), .key(key)]
    }
  }
}
