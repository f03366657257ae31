import ChipModel
import Compiler
import Foundation

/// Small HDF5 files.
extension FuzzSeeds {
  static let hdf5Tokens = [
    "HEAP", "TREE", "SNOD", "GCOL", "OHDR", "OCHK", "FRHP", "FHDB", "FHIB", "BTHD", "BTLF", "FAHD", "FADB", "EAHD",
    "EAIB", "EASB", "EADB",
    "type", "node", "nodes", "edges", "version", "\u{0}\u{0}\u{0}\u{0}",
  ]

  /// A tree of groups as nmsim writes it, and what h5py wrote, once plain, in filtered chunks, with new headers, with a
  /// heap of links and an array of chunks, and with chunks of arrays that may grow along one axis and several.
  static let hdf5Files: [[UInt8]] =
    [
      HDF5Writer.bytes(
        of: HDF5Group([
          ("group", .group(HDF5Group([("x", .numbers(Tensor(scalar: 1)))]))),
          ("texts", .texts(["a", "bc"], shape: [2])),
        ]))
    ]
    + [
      "H4sIAAAAAAACA+v0cHHj5ZLiYgABDg4GFgYBBmTwHwo+SKPyYfIJUJoRSndA6RVMMHFGsJwEVFwQaj66upAgV1eQ6v9oAGbPA1YI"
        + "jeq6UTBSgIerYwCIjoDyYenpBBOqurz8lFQQXZZaVJyZnwdPlw5k2osr/XowQ/gZrMSlXwsOCM0xGpWj6RcpPXWwoqorh9IllQWp"
        + "yOUquek32M/fhZGBCZ7uFJhRy2v0dAwrXy9IjcYZajnACgkzRhhfA0IzQQSgwQisPxlw8CXAWgUV5KFiCgziHAzi9VB5VmAMgeSZ"
        + "mCAGckBTCDNjAydEhQGaiyoGNDxg6QqWXjZw4lcPS38a7KNpCRM02EOyuAMQNwDxAiA+AMQPQNneEZgrgVgBiA0cMdMhB0p+hqUz"
        + "SUZIXhaAy3GgpTMGtHR2gAt7C2vGoA45NlBZxYUo09yd/X0YkbzBiKQOBBzT0jLzgCUrE1o+NdRDzV8H+EdT5SgYBaNgFIyCUTAK"
        + "RsEoGAWjYBSMglEwWAHx4yOMJI6PPIDOgA2t8RHQ+AZsfAQ05gEAsrwd6fAbAAA=",
      "H4sIAAAAAAACA+2av0sjQRTH58dtssaLl7h6xmsMiCHVEQ0Hgk1E4+VEVNTCSiK6SwRJJEbvrtJK4n9gp3b+CZZy1XWS4tBGuU7s"
        + "bSXu7MysOyvxFxaK79M83pu3bzczX2b3DdnODY+EQ19CiKHr6AOKIC91wXRC9eV4XlgsbFXYAyLj2BmLiXhU1PfnzUxlsyy77kPe"
        + "57/Grfp0wHshlx2cZHZW+FJPf4maVywtmsyum+XVpVLR1WXmmfdtpN8c5X5Be5x++3VudVhK0K9HT1VNzfspbOX3iundV5+r3+nx"
        + "iWGMiKu7OFX3a7+O5f6a7oE1U/eBAJ8zLP0kt4QHxDTa70/UwI85l0bjXSIWRx066tgQ45q9QmycUF6wGU06PhaFiDOO0WphzbKW"
        + "TbcuFvFF01qer5ie+/GVtHMrCwWznO6T+w9XHiV0s0mW5o8rLo0/SVdSL0bb/flSf8kgaMkLe29ge+r9743OB647NLj97ItTn18z"
        + "1P2GNKh3IfLafHn+enVD9UkDvQMAAAAAAAAvy6+5hXyGhD+Gm1tSpwN2AxAz6F7+OG05AygY2ArmW6so3I/3D3evW3k6CWX+1GrR"
        + "HEHaCboqj/77xrNp6lJPYHqOyj/6zpLYbkbUVkdXWkbZynRi3i5G3DFdbWUID7stB+5uV5tMyc6rnuoAa4fbb9vm70MTY9jzM7An"
        + "jzFoWUtF8+6nce/XlFL36BPIGAAAAAAAAAAAAABeK48/H8FPPB8ZEn+yelvnI+x8Q56PsDOPGxlDoGxTJgAA",
      "H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1CwSgTCN4CKm2avf+Pv4RLExFDBJISsEAa4mBgYGRjY+BmAFEtefkrqZqhONiGQEHtZ"
        + "alFxZn5enzBUWJ+BVGA0e6srMU7gAdnHWG7GCLUf4qSSyoLUIiaYbxjIAxcdv4uAnQC0gFGFgYGJiZGRGSrHAqUx+CIMjIIK8lC+"
        + "AoM4B4N4PZDFCnQtMxcH0CfMjE5MqKHNsIBh0IOklQZ3IKwGeyDhAERA3ADEC4D4ABA/AGIGRwYGASBWAGIDR3jYAQODCRo2ksB4"
        + "EmCAYEiUcUDChgkSNnXQABWAWXyAYcgDgbLoA2xAug/qN5C/3Z39fRiRPMoIyz9Q2jEtLTMvFRJuyOnMUM8AxewD/AyjYBSMglEw"
        + "CkbBKBgFo2AUjIJRMApGwSgYpAD72Agj3rGRWdBRuuE0NmIbnHYHNLYBGxsBhQUAmM2SbaoUAAA=",
      "H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1CwSg7CN4CKR//r9vD3cAli4tnCpAQWYWZC04IOuJgYGEHybCIgkpEFZgVj+nsoCybDCJMp"
        + "6eOGMr0YqAoW75/8DOx8hgqIs5iEQMKz2CDSOuxQdREMNAMF5666Q50AsRxHeNHQCUd3nlgz6oRRJwwiJ7g5ergwMIpwwQoTZ2gB8OxL"
        + "uDUWLYPBxcHBrgxB0AKDMZaRYTGIsWnPd16sWgaBi0nUMhjCOMgjgAEUxEwMAgwYdVMstL6ARQIDExoNBdxE2siCpBNitAKQXiUDE/tQ"
        + "fYPFKQSYTllB6kCmpmgsYYfZAbMl/4VDpVswUBUDzH2MDKg0wr4AhgqgHTAZM1aIuBQDKv3zt4ibU4iPGwOrMoMXE4MoUIiXgXnJeTkG"
        + "TzDT48aneQzJYGZ4cMB8hi4w80Xih4UM+mBmWefUVQwFYGZcN9dlBiUwU/9w2BUGGzCzYEfac4ZaMHN565pfDNOBTB6G3zFpvxnCwKKt"
        + "1WtTGUbBwIHBUkswMjAyqgDzCRMjIyyvMKPlOhifWYSBUVDBngHSqHRgMOFmMPkPlGQFupaZm1uMgZGJCeRwRrAKRjAENQ45hMBqmBkZ"
        + "mTmYuVpg7cW2wRIVjg8mBFXEJSccYJCXkHgjy8Daxljg5ujixMAIc6sxtCxAKrMYaqFigkhis3mmzQCZ5MAuw6TEx8fHwJTB8BYezNDi"
        + "CBSMkoyMYMME4GUFByQYmUCBxcw4iwfNwgNDP8VfS7hlCfL/Kh5E6enu7O/DiORRRrSkl5iEasYN/tGSYxSMglEwCkbBKBgFo2AUjIJR"
        + "MApGwSgYasDNw8UJPlkHAuFlkeqMDEy5BkXwsVamXMOvSByjCiYEx/g3EsekjhnBMYXNS4I4ZpuROOaprAiOhTgbgmO5hBPGYaxQ5xqN"
        + "HpoDANA0svmqHgAA",
      "H4sIAAAAAAACA+3Tu0rDUBgH8O9c0iSnaZte0vslvXdUcHGSlkSiiyDOQkcX5w6+gC/gEwgOuomDk+Ii+ASOLj6Ek6b1H2k7OImg9L/84FyS73"
        + "zJOQ287YQqK2EYFOUdGWBoDePjzcunvcDb5zThmfmFURQnRhSzKIRNrqPnBfRjOXqrnsxKCF/AckScMTZYKltYxGya1jCNQVpYlYgbDpHksw3S"
        + "ldJWdwz7buhvpnL/uuUPAy88oyttqZbnObzCQaM+bUAdC0YPt9If7oyIvlqCD88ghwKui08fxWLn/3vOzcNdf+jNdyqMRFc0GIM6jG6WCRWMQw"
        + "smYBKmoA3TMAOzsPN8Nl6sanphc5h1YB4WYBGWYBlWYBXWYB02oAubsAXbUVWwC3uwb/zOP3N8cPFCq6yyyrdhXEgtphumiluJZMpOZ7I5J18o"
        + "lsqVaq3ecJutdqfb638AWmChIigIAAA=",
      "H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1DAIAHhG0DFHTs72f09XIKYGCqYhJAVwgAXEwMjAwMbDwOQYqzYDNUG5Vc+ZUThV71khSrQYCAa3O"
        + "tbvhPsBKABjCoMDExMjIxMUDlmNOfDADMPA6MAA8hOEOBgYAW6kpmbGygK1AxyCQMLSFycASTDDDSPkRWoiiFFYz/UwQyTGQYj+BeYL+gU4uHC"
        + "wA1yLjAwgE5mEIDIsYD9BAILteYqEwox9JAjMsTEECHGosDCIsD1EWbwlEEZYAwmnjs+uzoCQ4xRRIFFgIULXR4W32FQBiyBikBpS2hAsUa/3+"
        + "jq6OnEwAjzsQY09yAbaYNFDJ61kIARFnWTWbCn5eEOtBpeLXR1dEEKWRBwIzIkR8Wwi83svq0ELgMU1bbwZCNjRJmAXhawoNFYywRODkEGRhZQ"
        + "GcAERAGwKmQlw9ABax0N/BhGLqiIS05gAcU6E5CVBKqdGZiBrDRgNPMwcABZqQwgFhux6oBVBDMLtNxkY+dgGAWjYBSMglEwCkbB4ANOIT5ukA"
        + "4kegMbHXDhUQPrOIlgUcOIplYOjxoYnfTu5sfRuBkFo2AUjIJRMApoBQBqiRfmABgAAA==",
    ].compactMap { text in Data(base64Encoded: text).flatMap { try? Gzip.decode(Array($0), maximum: 1 << 16) } }

  // MARK: NIR

  static let graphTokens =
    hdf5Tokens + [
      "NIRGraph", "Input", "Output", "Affine", "Linear", "Scale", "Conv1d", "Conv2d", "SumPool2d", "AvgPool2d",
      "Flatten", "Delay",
      "I", "IF", "LI", "LIF", "CubaLI", "CubaLIF", "Threshold",
    ]

  /// Graphs with every node type.
  static let graphs: [[UInt8]] = [
    graph(
      input: [2, 4, 4],
      [
        node("Conv2d", convolution, ["weight": ([1, 2, 3, 3], 0.25), "bias": ([1], 0)]),
        node("IF", ["r": ([], 1), "v_threshold": ([1, 4, 4], 1)]),
        node("SumPool2d", ["kernel_size": ([2], 2), "stride": ([2], 2), "padding": ([2], 0)]), node("Flatten"),
        node("Affine", ["weight": ([2, 4], 0.5), "bias": ([2], 0.125)]),
        node(
          "LIF",
          ["tau": ([2], 1e-3), "r": ([2], 8), "v_leak": ([2], 0.5), "v_threshold": ([2], 1), "v_reset": ([2], 0.25)]),
      ]),
    graph(
      input: [1, 6],
      [
        node("Conv1d", convolution, ["weight": ([2, 1, 3], 0.5), "bias": ([2], 0.5)]),
        node("Threshold", ["threshold": ([], 1)]),
        node("Scale", ["scale": ([2, 1, 1], 0.5)]),
        node("AvgPool2d", ["kernel_size": ([1], 1), "stride": ([1], 1), "padding": ([1], 0)]),
        node(
          "CubaLIF",
          [
            "tau_syn": ([], 2e-4), "tau_mem": ([], 4e-4), "r": ([], 4), "v_leak": ([], 0), "v_threshold": ([], 1),
            "w_in": ([], 2),
          ]),
        node("Delay", ["delay": ([], 2e-4)]), node("Linear", ["weight": ([2, 12], 0.25)]),
        node(
          "CubaLI",
          ["tau_syn": ([2], 1e-3), "tau_mem": ([2], 1e-3), "r": ([2], 1), "v_leak": ([2], 0), "w_in": ([2], 1)]),
      ]),
    graph(
      input: [2],
      [node("Linear", ["weight": ([2, 2], 1)]), node("LI", ["tau": ([], 1e-3), "r": ([], 1), "v_leak": ([], 0)])]),
    graph(input: [2], [node("Linear", ["weight": ([2, 2], 1)]), node("I", ["r": ([2], 1)])]),
    graph(
      input: [2],
      [
        node("Affine", ["weight": ([3, 2], 1), "bias": ([3], 0.25)]),
        node(
          "CubaLIF",
          [
            "tau_syn": ([3], 2e-4), "tau_mem": ([3], 4e-4), "r": ([3], 4), "v_leak": ([3], 0), "v_threshold": ([3], 1),
            "v_reset": ([3], 0), "w_in": ([3], 2),
          ]), node("Linear", ["weight": ([2, 3], 0.25)]),
        node("LIF", ["tau": ([2], 1e-3), "r": ([2], 8), "v_leak": ([2], 0), "v_threshold": ([2], 1)]),
      ]),
  ]

  private static let convolution: [String: (shape: [Int], value: Double)] = [
    "stride": ([1], 1), "padding": ([1], 1), "dilation": ([1], 1), "groups": ([1], 1),
  ]

  /// A node whose parameters have one value each.
  private static func node(_ type: String, _ parts: [String: (shape: [Int], value: Double)]...) -> HDF5Object {
    let all = parts.flatMap { $0 }.sorted { $0.key < $1.key }
    return .group(
      HDF5Group(
        [("type", .texts([type], shape: []))]
          + all.map { part in
            let values = [Double](repeating: part.value.value, count: part.value.shape.reduce(1, *))
            return (part.key, .numbers(Tensor(shape: part.value.shape, storage: .float64(values)) ?? Tensor(scalar: 0)))
          }))
  }

  private static func graph(input: [Int], _ nodes: [HDF5Object]) -> [UInt8] {
    let shape = Tensor(shape: [input.count], storage: .int64(input.map(Int64.init))) ?? Tensor(scalar: 0)
    let ends = [
      HDF5Object.group(HDF5Group([("type", .texts(["Input"], shape: [])), ("shape", .numbers(shape))])), node("Output"),
    ]
    let names = ["in"] + nodes.indices.map { "n\($0)" } + ["out"]
    let members = Swift.zip(names, [ends[0]] + nodes + [ends[1]]).map { ($0, $1) }
    let edges = Swift.zip(names, names.dropFirst()).flatMap { [$0, $1] }
    return HDF5Writer.bytes(
      of: HDF5Group([
        ("version", .texts(["1.0"], shape: [])),
        (
          "node",
          .group(
            HDF5Group([
              ("type", .texts(["NIRGraph"], shape: [])), ("nodes", .group(HDF5Group(members))),
              ("edges", .texts(edges, shape: [edges.count / 2, 2])),
            ]))
        ),
      ]))
  }
}
