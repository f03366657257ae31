import ChipModel

/// A NIR graph with the graphs inside it opened: nodes and edges of one level.
///
/// Source: Pedersen et al. 2024, and the package nir 1.0.8, whose HDF5 files have groups `node/nodes/NAME` of
/// parameters and the texts `node/edges` of shape `[E, 2]`.
package struct NIRGraph: Sendable, Equatable {
  /// Of the package that wrote it.
  package let version: String?
  /// In the file's order.
  package private(set) var nodes: [NIRNode] = []
  /// Indices of nodes, without repetitions, in the file's order.
  package private(set) var edges: [(from: Int, to: Int)] = []

  package static func == (a: NIRGraph, b: NIRGraph) -> Bool {
    a.version == b.version && a.nodes == b.nodes && a.edges.elementsEqual(b.edges, by: ==)
  }

  /// Whether bytes are an HDF5 file, as those of NIR are.
  package static func isGraph(_ bytes: [UInt8]) -> Bool { bytes.starts(with: HDF5Reader.signature) }

  /// Graphs inside one another, and nodes of all together.
  private static let limits = (depth: 16, nodes: 1 << 16)

  /// - Parameter bytes: a whole `.nir` file.
  package init(_ bytes: [UInt8], maximum: Int = 1 << 30) throws(ImportError) {
    let root: HDF5Group
    do throws(HDF5Error) { root = try HDF5File(bytes, maximum: maximum).root } catch { throw .hdf5(error) }
    if case .texts(let texts, _) = root["version"] { version = texts.first } else { version = nil }
    guard case .group(let graph) = root["node"], Self.type(of: graph) == "NIRGraph" else {
      throw .notONNX(
        what: "an HDF5 file without a NIR graph",
        remedy: "give a file that nir.write made; of others, export the network to NIR")
    }
    var seen: Set<[Int]> = []
    _ = try open(graph, prefix: "", depth: 0, &seen)
  }

  private static func type(of group: HDF5Group) -> String? {
    if case .texts(let texts, _) = group["type"], texts.count == 1 { texts[0] } else { nil }
  }

  /// Where edges of the graph around a node enter and leave it.
  private struct Ends {
    var entries: [Int]
    var exits: [Int]
  }

  /// Adds the nodes of a graph, the edges between them, and says what its own inputs and outputs are.
  private mutating func open(
    _ graph: HDF5Group, prefix: String, depth: Int, _ seen: inout Set<[Int]>
  ) throws(ImportError) -> Ends {
    func wrong(_ what: String) -> ImportError {
      .graph(
        what: prefix.isEmpty ? what : "in '\(printable(String(prefix.dropLast())))', \(what)",
        remedy: "write the graph again with the package nir")
    }
    guard depth < Self.limits.depth else {
      throw wrong("graphs are inside one another more than \(Self.limits.depth) deep")
    }
    guard case .group(let members) = graph["nodes"] else { throw wrong("there are no nodes") }
    var (ends, own) = ([String: Ends](), Ends(entries: [], exits: []))
    for member in members.members {
      guard case .group(let group) = member.object, let type = Self.type(of: group) else {
        throw wrong("node '\(printable(member.name))' has no type")
      }
      let name = prefix + member.name
      if type == "NIRGraph" {
        ends[member.name] = try open(group, prefix: name + ".", depth: depth + 1, &seen)
        continue
      }
      guard nodes.count < Self.limits.nodes else { throw wrong("there are more than \(Self.limits.nodes) nodes") }
      let index = nodes.count
      // Of a graph inside another, what comes in and goes out is passed on.
      let isInner = depth > 0 && ["Input", "Output"].contains(type)
      nodes.append(
        NIRNode(name: name, type: isInner ? "Identity" : type, members: group.members.filter { $0.name != "type" }))
      ends[member.name] = Ends(entries: [index], exits: [index])
      if type == "Input" { own.entries.append(index) }
      if type == "Output" { own.exits.append(index) }
    }
    switch graph["edges"] {
    case nil: break
    case .numbers(let none) where none.count == 0: break
    case .texts(let names, let shape)
    where names.count % 2 == 0 && (shape.count == 2 && shape[1] == 2 || names.isEmpty):
      for edge in stride(from: 0, to: names.count, by: 2) {
        func end(_ name: String, _ which: KeyPath<Ends, [Int]>) throws(ImportError) -> Int {
          guard let known = ends[name] else {
            throw wrong("an edge names the node '\(printable(name))', which is not there")
          }
          let all = known[keyPath: which]
          guard all.count == 1 else {
            throw wrong("an edge names the graph '\(printable(name))', which has \(all.count) such ends, not one")
          }
          return all[0]
        }
        let pair = (from: try end(names[edge], \.exits), to: try end(names[edge + 1], \.entries))
        if seen.insert([pair.from, pair.to]).inserted { edges.append(pair) }
      }
    default: throw wrong("the edges are no pairs of names")
    }
    return own
  }
}
