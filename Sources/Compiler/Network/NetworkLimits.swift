/// The largest sizes that a network file may ask for. They bound the work that a hostile file can cause and keep every
/// index computation far from overflow; no network of the field comes near them.
enum NetworkLimits {
  /// Weights of all projections together.
  static let weights = 1 << 30
  /// Kernel, stride, padding and dilation, each axis.
  static let kernel = 4096
  static let populations = 65536
  static let projections = 65536
  /// UTF-8 bytes of a name.
  static let nameBytes = 255
}
