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
  package let problem: NetworkProblem

  package init(_ subject: Subject, _ problem: NetworkProblem) {
    self.subject = subject
    self.problem = problem
  }

  /// One line: what is wrong where, and what to do.
  package var description: String { "\(subject.text): \(problem.text)" }

  /// The place in `net.json`, for example `populations[2].neuron.threshold`.
  package var path: [NetworkPathStep] { subject.path + problem.path }
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
