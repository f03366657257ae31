// swift-tools-version: 6.2
import PackageDescription

// Strict memory safety: every use of an unsafe construct must be marked, and marked uses live only in `Kernels` and
// `System`. Set NMSIM_WARNINGS_AS_ERRORS (CI does) to turn every warning into an error.
let checks: [SwiftSetting] =
  [.strictMemorySafety()]
  + (Context.environment["NMSIM_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)])

// Debug builds of the libraries are optimised too, so that `swift test` runs real networks at release speed.
// `@testable import` keeps working. The command line and the tests do not need it: a clean build takes half the time.
// Another package that depends on a version of this one may not be given such flags; its checkout lies in `checkouts`.
let isDependency = Context.packageDirectory.split(separator: "/").dropLast().last == "checkouts"
let library: [SwiftSetting] = checks + (isDependency ? [] : [.unsafeFlags(["-O"], .when(configuration: .debug))])
let kernels: [CSetting] = isDependency ? [] : [.unsafeFlags(["-O3"], .when(configuration: .debug))]

let package = Package(
  name: "nmsim",
  // No `platforms`: Linux only. `InlineArray` would need macOS 26, where nobody has tried nmsim.
  products: [
    .executable(name: "nmsim", targets: ["nmsim"]),
    .library(name: "ChipModel", targets: ["ChipModel"]),
    .library(name: "Compiler", targets: ["Compiler"]),
    .library(name: "Runtime", targets: ["Runtime"]),
  ],
  targets: [
    // Vector kernels, one source for all instruction sets, chosen at run time. Release builds need no flag.
    .target(name: "CKernels", cSettings: kernels),
    .target(name: "ChipModel", dependencies: ["CKernels"], resources: [.embedInCode("Chips")], swiftSettings: library),
    .target(name: "Runtime", dependencies: ["CKernels", "ChipModel"], swiftSettings: library),
    .target(name: "Compiler", dependencies: ["CKernels", "Runtime", "ChipModel"], swiftSettings: library),
    .executableTarget(
      name: "nmsim", dependencies: ["ChipModel", "Compiler", "Runtime"], swiftSettings: checks),
    .testTarget(name: "ChipModelTests", dependencies: ["ChipModel"], swiftSettings: checks),
    .testTarget(
      name: "CompilerTests", dependencies: ["Compiler", "ChipModel"], exclude: ["Fixtures"], swiftSettings: checks),
    .testTarget(
      name: "RuntimeTests", dependencies: ["Runtime", "Compiler", "ChipModel"], swiftSettings: checks),
    .testTarget(
      name: "nmsimTests", dependencies: ["nmsim", "Runtime", "Compiler", "ChipModel"],
      exclude: ["Cases", "Golden"], swiftSettings: checks),
    // Sees what another package sees: public names alone.
    .testTarget(
      name: "LibraryTests", dependencies: ["Runtime", "Compiler", "ChipModel"], packageAccess: false,
      swiftSettings: checks),
  ],
  swiftLanguageModes: [.v6]
)
