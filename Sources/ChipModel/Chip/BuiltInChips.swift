/// The texts of `configs/*.json`, embedded by the build, so that the program needs no file to know its chips.
enum BuiltInChips {
  /// In the order that they are listed; a new file in `configs/` gets its row here.
  static let texts: [(name: String, text: String)] = [
    ("ideal", PackageResources.ideal_json),
    ("generic-45nm", PackageResources.generic_45nm_json),
    ("truenorth", PackageResources.truenorth_json),
    ("loihi", PackageResources.loihi_json),
    ("loihi-sanafe", PackageResources.loihi_sanafe_json),
    ("loihi2", PackageResources.loihi2_json),
    ("spinnaker1", PackageResources.spinnaker1_json),
    ("spinnaker2", PackageResources.spinnaker2_json),
    ("dynapcnn", PackageResources.dynapcnn_json),
    ("odin", PackageResources.odin_json),
  ].map { ($0.0, String(decoding: $0.1, as: UTF8.self)) }
}
