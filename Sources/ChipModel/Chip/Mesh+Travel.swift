extension TileCoordinate {
  /// The tile next to this one.
  package func neighbour(_ direction: MeshDirection) -> TileCoordinate {
    switch direction {
    case .east: TileCoordinate(x: x &+ 1, y: y)
    case .west: TileCoordinate(x: x &- 1, y: y)
    case .north: TileCoordinate(x: x, y: y &+ 1)
    case .south: TileCoordinate(x: x, y: y &- 1)
    }
  }
}

extension Mesh {
  /// Whether the step between two neighbouring tiles leaves the chip.
  package func crossesChips(_ a: TileCoordinate, _ b: TileCoordinate) -> Bool {
    a.x / width != b.x / width || a.y / height != b.y / height
  }
}
