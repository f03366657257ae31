/// Paths as text.
package enum PathText {
  /// The folder of a path; `.` where it has none.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path, without an extension of this name.
  package static func baseName(of path: String, without ending: String) -> String {
    let name = path.split(separator: "/").last.map { String($0) } ?? ""
    return name.hasSuffix(ending) && name.count > ending.count ? String(name.dropLast(ending.count)) : name
  }

  /// A path that stands in a file of this folder.
  package static func joined(_ folder: String, _ name: String) -> String {
    if name.hasPrefix("/") || folder == "." { return name }
    return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// The path of `name`, a path relative to `folder`, as seen from `base`. Both folders absolute, without `.`, `..` and
  /// symbolic links; an absolute `name` stays.
  package static func relative(_ name: String, in folder: String, from base: String) -> String {
    if name.hasPrefix("/") { return name }
    let there = folder.split(separator: "/")
    let here = base.split(separator: "/")
    let shared = zip(there, here).prefix { $0 == $1 }.count
    let up = Array(repeating: "..", count: here.count - shared)
    return (up + there.dropFirst(shared).map { String($0) } + [name]).joined(separator: "/")
  }
}
