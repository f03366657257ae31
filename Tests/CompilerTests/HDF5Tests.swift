import ChipModel
import Foundation
import Testing

@testable import Compiler

@Suite("HDF5")
struct HDF5Tests {
  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: ImportFiles.fixtures.appending(path: "hdf5/\(name).h5")))
  }

  private func numbers(_ object: HDF5Object?) -> Tensor? {
    if case .numbers(let tensor) = object { tensor } else { nil }
  }

  private func member(_ group: HDF5Group, _ path: String...) -> HDF5Object? {
    var object: HDF5Object? = .group(group)
    for name in path {
      guard case .group(let inner) = object else { return nil }
      object = inner[name]
    }
    return object
  }

  @Test(
    "reads what h5py writes: old and new headers, contiguous, compact, chunked and filtered, in trees and arrays",
    arguments: ["old", "packed", "new", "latest"])
  func fixture(_ name: String) throws {
    let root = try HDF5File(bytes(name)).root
    #expect(root.members.map(\.name).sorted() == ["empty", "fixed", "outer", "scalar", "text", "texts", "wide", "yes"])
    for type in ["<f8", "<f4", "<f2", ">f4", "<i1", "<i2", ">i4", "<i8", "<u1", "<u2", "<u4"] {
      let tensor = try #require(numbers(member(root, "outer", String(type.dropFirst().prefix(1)), type)), "\(type)")
      #expect(tensor.shape == [3, 7])
      #expect(tensor.doubles == (0..<21).map(Double.init), "\(type)")
      #expect(tensor.isFloat == type.contains("f"))
    }
    let wide = try #require(numbers(root["wide"]))
    #expect(wide.shape == [20, 30])
    #expect(wide.doubles == (0..<600).map { Double($0 % 50) })
    #expect(numbers(root["scalar"])?.doubles == [-3])
    #expect(numbers(root["scalar"])?.shape == [])
    #expect(numbers(root["yes"])?.doubles == [1])
    #expect(root["text"] == .texts(["naïve"], shape: []))
    #expect(root["texts"] == .texts(["a", "bc", "", "d"], shape: [2, 2]))
    #expect(root["fixed"] == .texts(["ab", "c"], shape: [2]))
    #expect(numbers(root["empty"])?.shape == [0, 3])
  }

  @Test("reads chunks whose addresses are in pages of an array")
  func pages() throws {
    let root = try HDF5File(bytes("latest")).root
    #expect(numbers(member(root, "outer", "paged"))?.doubles == (0..<1100).map(Double.init))
    guard case .group(let outer) = root["outer"] else {
      Issue.record("no group")
      return
    }
    #expect(outer.members.count == 12)
  }

  @Test("reads arrays that may grow, along one axis, several or none, and those that need no index of chunks")
  func growing() throws {
    let root = try HDF5File(bytes("grow")).root
    #expect(root.members.count == 17)
    for member in root.members {
      let tensor = try #require(numbers(member.object), "\(member.name)")
      #expect(tensor.doubles == (0..<tensor.count).map(Double.init), "\(member.name)")
    }
    #expect(numbers(root["2 packed"])?.shape == [9, 7] && numbers(root["grown"])?.shape == [6])
    #expect(
      try message(bytes("sparse")) == "data set 'x' has values in 2 of its 5 chunks; give it values everywhere")
  }

  @Test("reads groups with trees of several levels, in the order of names", arguments: ["many", "heap"])
  func manyMembers(_ name: String) throws {
    let root = try HDF5File(bytes(name)).root
    #expect(root.members.count == 300)
    for (number, member) in root.members.enumerated() {
      #expect(member.name == "member " + String(repeating: "0", count: 3 - "\(number)".count) + "\(number)")
      #expect(numbers(member.object)?.doubles == [Double(number)])
    }
  }

  @Test("reads what it writes")
  func roundTrip() throws {
    let tensors: [Tensor?] = [
      Tensor(shape: [2, 2], storage: .float32([1, -2.5, .infinity, 0])),
      Tensor(shape: [3], storage: .float64([1e300, -0.0, 2])),
      Tensor(shape: [2], storage: .int8([-1, 1])), Tensor(shape: [2], storage: .uint8([0, 255])),
      Tensor(shape: [1], storage: .int16([-300])), Tensor(shape: [], storage: .int32([70_000])),
      Tensor(shape: [1, 1, 1], storage: .int64([.min])), Tensor(shape: [0, 4], storage: .float32([])),
    ]
    var group = HDF5Group(tensors.compactMap { $0 }.enumerated().map { ("tensor \($0)", HDF5Object.numbers($1)) })
    group.members.append(("texts", .texts(["ä", "", "longer than others"], shape: [3])))
    let many = HDF5Group((100..<400).map { ("m\($0)", .numbers(Tensor(scalar: Double($0)))) })
    let root = HDF5Group([("a", .group(group)), ("b", .group(HDF5Group())), ("many", .group(many))])
    let file = HDF5Writer.bytes(of: root)
    #expect(try HDF5File(file).root == root)
  }

  private func message(_ bytes: [UInt8], maximum: Int = 1 << 20) -> String? {
    do throws(HDF5Error) {
      _ = try HDF5File(bytes, maximum: maximum)
      return nil
    } catch { return "\(error)" }
  }

  @Test("refuses other files, damaged ones and what it does not read, and says what to do")
  func refusals() throws {
    let file = try bytes("packed")
    #expect(message([1, 2, 3]) == "not an HDF5 file; give a file that 'nir.write' or h5py made")
    #expect(
      try message(bytes("lzf")) == "data compressed by lzf; write the file with gzip, or uncompressed")
    #expect(
      message(file, maximum: 1000) == "data set 'wide' takes 2400 bytes, allowed are 1000; store less in the file")
    for name in ["packed", "latest", "heap", "grow"] {
      let file = try bytes(name)
      let root = try HDF5File(file).root
      // The newest form ends with attributes, which are not read, or with room in a heap.
      let needed = file.count - (["latest": 2000, "grow": 200][name] ?? 0)
      for cut in stride(from: 8, to: file.count, by: 97) {
        let text = message(Array(file.prefix(cut)))
        if text == nil, cut > needed {
          #expect(try HDF5File(Array(file.prefix(cut))).root == root)
        } else {
          #expect(text?.hasPrefix("damaged HDF5 file at byte ") == true, "\(name), \(cut)")
        }
      }
    }
  }

  /// Found as a trap: an enumeration begins 8 bytes behind its own beginning, and the message was shorter.
  @Test("refuses an enumeration that ends before its type")
  func shortEnumeration() throws {
    let one = try #require(Tensor(shape: [1], storage: .float64([1])))
    var file = HDF5Writer.bytes(of: HDF5Group([("a", .numbers(one))]))
    let place = try #require(
      file.indices.dropLast(8).first { file[$0..<($0 + 4)].elementsEqual([3, 0, 24, 0]) && file[$0 + 8] == 0x11 })
    // A type of 4 bytes, and an empty message in the place of the others.
    file[place + 2] = 4
    file[place + 8] = 0x18
    file.replaceSubrange((place + 12)..<(place + 20), with: [0, 0, 12, 0, 0, 0, 0, 0])
    #expect(
      message(file)
        == "damaged HDF5 file at byte \(place + 8): data set 'a' has a type of 4 bytes; copy or write the file again")
  }

  @Test("refuses a group inside itself")
  func cycle() throws {
    var file = HDF5Writer.bytes(of: HDF5Group([("a", .group(HDF5Group([("b", .group(HDF5Group()))])))]))
    let root = Array(file[64..<72])
    // Every entry of a symbol table names the root.
    for place in stride(from: 0, to: file.count - 48, by: 8)
    where file[place..<(place + 4)].elementsEqual("SNOD".utf8) && file[place + 6] > 0 {
      file.replaceSubrange((place + 16)..<(place + 24), with: root)
    }
    #expect(
      message(file) == "the object 'a' has two names, or is inside itself; write the file without links")
  }
}
