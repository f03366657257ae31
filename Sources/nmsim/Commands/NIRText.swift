import ChipModel
import Compiler

/// A NIR graph for people: its nodes, and what convert made of their parameters.
struct NIRText: Sendable {
  let graph: NIRGraph
  let style: TextStyle

  /// What `inspect` shows.
  var page: String {
    let parameters = graph.nodes.map {
      (term: ErrorText.escaped($0.name), text: ErrorText.escaped(Self.parameters($0)))
    }
    return head.render(style) + "\n" + nodes.render(style) + "\n"
      + list("Parameters", parameters.filter { !$0.text.isEmpty })
  }

  /// A heading and a list that names what it is about; nothing is cut. Nothing for an empty list.
  private func list(_ heading: String, _ items: [(term: String, text: String)]) -> String {
    guard !items.isEmpty else { return "" }
    let column = min(24, 2 + (items.map { $0.term.count }.max() ?? 0))
    return style.bold(heading) + "\n" + TextLayout.list(items, column: column + 2, width: style.width)
  }

  /// What `convert` shows.
  func conversion(_ made: NIRNetwork) -> String {
    let parameters = Table(
      made.parameters,
      [
        .name("Node", \.node), .text("Parameter") { .text($0.name) },
        .text("File") { .text(Self.range($0.lowest, $0.highest)) },
        .text("Becomes") { .text($0.key) },
        .number("Value") { .text(Self.number($0.value)) }, .number("Stored") { .text(Self.number($0.stored)) },
        .number("Error") { .text($0.error == 0 ? "-" : NumberFormat.percent($0.error)) },
      ])
    var rules: [(term: String, text: String)] = []
    for parameter in made.parameters where !rules.contains(where: { $0 == (parameter.name, parameter.rule) }) {
      rules.append((parameter.name, parameter.rule))
    }
    let notes = made.notes.map { "Note: \(ErrorText.escaped($0))\n" }.joined()
    return page + "\n" + parameters.render(style) + "\n" + list("What a step makes of them", rules)
      + (notes.isEmpty ? "" : "\n" + notes)
  }

  private var head: FactList {
    var facts = FactList()
    facts.add("NIR", graph.version.map { "version \(ErrorText.escaped($0))" } ?? "no version")
    facts.add(
      "Size",
      "\(NumberFormat.count(graph.nodes.count, of: "node")), \(NumberFormat.count(graph.edges.count, of: "edge"))")
    return facts
  }

  private var nodes: Table {
    let targets = Dictionary(grouping: graph.edges, by: \.from)
    return Table(
      graph.nodes.indices,
      [
        .name("Node") { graph.nodes[$0].name }, .text("Type") { .text(graph.nodes[$0].type) },
        .text("Shape") { .text(graph.nodes[$0].shape.map(ProgramTables.shape) ?? "-") },
        .text("Goes to") { .text((targets[$0] ?? []).map { graph.nodes[$0.to].name }.joined(separator: ", ")) },
      ])
  }

  /// `tau 0.0025, v_threshold 0.1, weight 40x12 -3..0.9`
  private static func parameters(_ node: NIRNode) -> String {
    node.members.compactMap { member in
      switch member.object {
      case .numbers(let tensor):
        if member.name == "shape" || tensor.count == 0 { return nil }
        let values = tensor.doubles
        let range =
          values.count <= 3 && !tensor.isFloat
          ? values.map(number).joined(separator: "x")
          : range(values.min() ?? 0, values.max() ?? 0)
        return "\(member.name) \(tensor.shape.count > 1 ? ProgramTables.shape(tensor.shape) + " " : "")\(range)"
      case .texts(let texts, _): return "\(member.name) \(texts.joined(separator: " "))"
      case .group: return nil
      }
    }.joined(separator: ", ")
  }

  /// As short as a 32-bit float is.
  private static func number(_ value: Double) -> String {
    let text = "\(Float(value))"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func range(_ low: Double, _ high: Double) -> String {
    low == high ? number(low) : "\(number(low))..\(number(high))"
  }

  /// What `inspect --json` writes.
  static func document(_ graph: NIRGraph) -> JSONOutput {
    let nodes = graph.nodes.map { node in
      let members = node.members.map { member -> (String, JSONOutput) in
        switch member.object {
        case .numbers(let tensor):
          let values = tensor.doubles
          return (
            member.name,
            .object([
              ("shape", .array(tensor.shape.map { .int($0) })), ("lowest", finite(values.min())),
              ("highest", finite(values.max())),
            ])
          )
        case .texts(let texts, _): return (member.name, .array(texts.map { .string($0) }))
        case .group(let group): return (member.name, .array(group.members.map { .string($0.name) }))
        }
      }
      return JSONOutput.object([
        ("name", .string(node.name)), ("type", .string(node.type)), ("parameters", .object(members)),
      ])
    }
    return .object([
      ("version", graph.version.map { .string($0) } ?? .null), ("nodes", .array(nodes)),
      (
        "edges",
        .array(graph.edges.map { .array([.string(graph.nodes[$0.from].name), .string(graph.nodes[$0.to].name)]) })
      ),
    ])
  }

  private static func finite(_ value: Double?) -> JSONOutput {
    value.flatMap { $0.isFinite ? .double($0) : nil } ?? .null
  }
}
