import ChipModel
import Testing

@Suite("JSON object reader")
struct JSONObjectReaderTests {
  enum Model: String, CaseIterable {
    case `if`, lif, accumulator
  }

  private func node(_ text: String) throws -> JSONNode {
    JSONNode(root: try JSONParser.parse(text))
  }

  /// The message of what `body` throws.
  private func message(_ text: String, _ body: (JSONNode) throws -> Void) throws -> String {
    let root = try node(text)
    do {
      try body(root)
      return "accepted"
    } catch let error as JSONError {
      return error.description
    }
  }

  @Test("reads fields of every kind")
  func fields() throws {
    var object = try node(
      """
      {"s": "x", "i": 3, "f": 3.0, "e": 1e3, "d": 0.5, "b": true, "m": "lif",
       "a": [1, 2], "v": [1, 0.5], "n": null, "t": ["p"]}
      """
    ).object()
    #expect(try object.required("s").string() == "x")
    #expect(try object.required("i").int(in: 1...3) == 3)
    #expect(try object.required("f").int() == 3)
    #expect(try object.required("e").int() == 1000)
    #expect(try object.required("d").double(in: 0...1) == 0.5)
    #expect(try object.required("i").double(above: 2) == 3)
    #expect(try object.required("b").bool())
    #expect(try object.required("m").choice(of: Model.self) == .lif)
    #expect(try object.required("a").ints(in: 1...2, count: 2...2) == [1, 2])
    #expect(try object.required("v").doubles() == [1, 0.5])
    #expect(try object.required("t").strings() == ["p"])
    #expect(object.optional("n")?.isNull == true)
    #expect(object.optional("absent")?.path == nil)
    try object.finish()
  }

  @Test("an unknown key is an error with its place, path and likely meaning")
  func unknownKey() throws {
    let text = "{\"populations\": [{}, {\"neuron\": {\"model\": \"if\",\n  \"treshold\": 1}}]}"
    let found = try message(text) { root in
      var object = try root.object()
      let population = try object.required("populations").array()[1]
      var fields = try population.object()
      var neuron = try fields.required("neuron").object()
      _ = try neuron.required("model").choice(of: Model.self)
      _ = neuron.optional("threshold")
      try neuron.finish()
    }
    #expect(found == "line 2, column 3: populations[1].neuron: unknown key 'treshold'; did you mean 'threshold'?")
    let root = try message("{\"x\": 1}") { try $0.object().finish() }
    #expect(root == "line 1, column 2: unknown key 'x'; remove it")
  }

  @Test("a key that is present is not suggested again")
  func presentKeyIsNoSuggestion() throws {
    let found = try message(#"{"threshold": 1, "treshold": 2}"#) { root in
      var object = try root.object()
      _ = try object.required("threshold").int()
      try object.finish()
    }
    #expect(found == "line 1, column 18: unknown key 'treshold'; remove it")
  }

  @Test("a missing key is located at its object")
  func missingKey() throws {
    let found = try message("{\n \"a\": {}}") { root in
      var object = try root.object()
      var inner = try object.required("a").object()
      _ = try inner.required("b")
    }
    #expect(found == "line 2, column 7: a: missing key 'b'")
  }

  @Test("large objects find their keys, first and last")
  func manyKeys() throws {
    let text = "{" + (0..<100).map { "\"k\($0)\": \($0)" }.joined(separator: ",") + "}"
    var object = try node(text).object()
    for index in (0..<100).reversed() { #expect(try object.required("k\(index)").int() == index) }
    try object.finish()
    var partly = try node(text).object()
    _ = partly.allMembers()
    try partly.finish()
  }

  @Test(
    "wrong types and ranges say what is there and what is expected",
    arguments: [
      ("\"3\"", "expected an integer, found the string '3'"),
      ("0", "0 is out of range; expected an integer from 1 to 16"),
      ("1.5", "expected an integer, found 1.5"),
      ("1e300", "1e+300 is out of range; expected an integer from 1 to 16"),
      ("null", "expected an integer, found null"),
      ("[1]", "expected an integer, found an array"),
    ])
  func integerErrors(text: String, expected: String) throws {
    let found = try message("{\"p\": \(text)}") { root in
      var object = try root.object()
      _ = try object.required("p").int(in: 1...16)
    }
    #expect(found == "line 1, column 7: p: \(expected)")
  }

  @Test("the other accessors' messages")
  func otherErrors() throws {
    #expect(try message("1") { _ = try $0.string() } == "line 1, column 1: expected a string, found 1")
    #expect(try message("{}") { _ = try $0.bool() } == "line 1, column 1: expected true or false, found an object")
    #expect(
      try message("-1") { _ = try $0.double(above: 0) }
        == "line 1, column 1: -1 is out of range; expected a number above 0")
    #expect(
      try message("2") { _ = try $0.double(in: 0...1.5) }
        == "line 1, column 1: 2 is out of range; expected a number from 0 to 1.5")
    #expect(
      try message("-2") { _ = try $0.double(in: 0 ... .infinity) }
        == "line 1, column 1: -2 is out of range; expected a number of at least 0")
    #expect(
      try message("0") { _ = try $0.int(in: 1 ... .max) }
        == "line 1, column 1: 0 is out of range; expected an integer of at least 1")
    #expect(
      try message("[1, \"a\"]") { _ = try $0.doubles() }
        == "line 1, column 5: [1]: expected a number, found the string 'a'")
    #expect(
      try message("[1, 9]") { _ = try $0.ints(in: 0...3) }
        == "line 1, column 5: [1]: 9 is out of range; expected an integer from 0 to 3")
    #expect(
      try message("[1, 9]") { _ = try $0.ints(count: 3...3) }
        == "line 1, column 1: expected 3 elements, found 2")
    #expect(
      try message("[]") { _ = try $0.array(count: 1 ... .max) }
        == "line 1, column 1: expected at least 1 element, found 0")
    #expect(
      try message("\"lfi\"") { _ = try $0.choice(of: Model.self) }
        == "line 1, column 1: unknown value 'lfi'; did you mean 'lif'?")
    #expect(
      try message("\"sigmoid\"") { _ = try $0.choice(of: Model.self) }
        == "line 1, column 1: unknown value 'sigmoid'; expected one of if, lif, accumulator")
    #expect(try message("[0]") { throw try $0.array()[0].error("must be odd") } == "line 1, column 2: [0]: must be odd")
  }

  @Test("hostile keys and strings cannot break the line")
  func oneLine() throws {
    let found = try message(#"{"a\nb.c": {"\u001b\u2028": "x"}}"#) { root in
      var object = try root.object()
      let (_, node) = object.allMembers()[0]
      try node.object().finish()
    }
    #expect(found == #"line 1, column 13: ['a\nb.c']: unknown key '\u{1B}\u{2028}'; remove it"#)
    let long = try message("\"\(String(repeating: "x", count: 1000))\"") { _ = try $0.bool() }
    let cut = String(repeating: "x", count: 60)
    #expect(long == "line 1, column 1: expected true or false, found the string '\(cut)...'")
  }
}

@Suite("Suggestion")
struct SuggestionTests {
  @Test(
    "finds typing errors",
    arguments: [
      ("treshold", "threshold"), ("lfi", "lif"), ("--tick", "--ticks"), ("Threshold", "threshold"),
      ("negativeTreshhold", "negativeThreshold"), ("fi", "if"),
    ])
  func near(word: String, expected: String) {
    let known = ["threshold", "negativeThreshold", "lif", "if", "--ticks", "--json"]
    #expect(closest(to: word, in: known) == expected)
  }

  @Test("offers nothing that is far, and nothing for single letters", arguments: ["sigmoid", "", "x", "period"])
  func far(word: String) {
    #expect(closest(to: word, in: ["threshold", "lif", "y"]) == nil)
  }

  @Test("of equally near words the first wins")
  func ties() {
    #expect(closest(to: "cat", in: ["bat", "hat"]) == "bat")
    #expect(closest(to: String(repeating: "a", count: 1_000_000), in: ["aaaa"]) == nil)
  }
}
