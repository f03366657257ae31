import Testing

@testable import nmsim

/// The built program, as a shell sees it.
@Suite("Program", .enabled(if: Program.nmsim != nil && Program.find("bash") != nil, "nmsim or bash is not there"))
struct ProgramTests {
  private func bash(_ script: String) throws -> (status: Int32, text: String) {
    try Program.run(try #require(Program.find("bash")), ["-c", script, "bash", try #require(Program.nmsim)])
  }

  @Test("a reader that leaves early is no failure and no noise")
  func closedPipe() throws {
    let result = try bash("set -o pipefail; { sleep 0.1; \"$1\" manual; } | true")
    #expect(result.status == 0)
    #expect(result.text.isEmpty)
  }

  @Test("a full disk is a failure", .enabled(if: Program.find("sh") != nil, "sh is not there"))
  func fullDisk() throws {
    let result = try bash("[ -e /dev/full ] || exit 73; \"$1\" manual > /dev/full")
    #expect(result.status == 73)
  }

  @Test("signals reach what a test starts: the scripts that send them would test nothing")
  func signals() throws {
    #expect(try bash("sleep 20 & kill -TERM $!; wait $!").status == 143)
  }

  @Test("the exit status of a wrong command line is 64, of help 0")
  func statuses() throws {
    #expect(try bash("\"$1\"").status == 64)
    #expect(try bash("\"$1\" --nonsense 2>/dev/null").status == 64)
    #expect(try bash("\"$1\" help").status == 0)
  }

  @Test("limits that nothing can work under end in one line, every time", arguments: ["-n 4", "-n 5", "-n 6", "-s 64"])
  func limits(_ limit: String) throws {
    try TemporaryFolder.with { folder in
      #expect(folder.invoke("compile DIGITS/net.json -o DIR/net.nmsim -q").status == .success)
      let result = try bash(
        """
        for i in $(seq 20); do
          sh -c 'ulimit \(limit); exec "$@"' sh "$1" run \(folder.path)/net.nmsim --samples 4 --ticks 4 -q \
            --input \(TemporaryFolder.digits)/test-images.npy --json - 2>&1 >/dev/null
          echo "$?"
        done
        """)
      let lines = Set(result.text.split(separator: "\n"))
      #expect(lines.count == 2 && lines.contains("78"), "\(result.text.prefix(400))")
      #expect(lines.contains { $0.hasPrefix("nmsim: ") && $0.contains("ulimit") }, "\(result.text.prefix(400))")
    }
  }

  @Test("a file whose name is not UTF-8 is not just missing")
  func names() throws {
    try TemporaryFolder.with { folder in
      let result = try bash("cd \(folder.path) && touch $'\\xff.json' && \"$1\" inspect $'\\xff.json' 2>&1")
      #expect(result.status == 66 && result.text.contains("its name is not UTF-8"), "\(result.text)")
    }
  }

  @Test("bytes that are not UTF-8 do not trap")
  func bytes() throws {
    let result = try bash("\"$1\" $'\\xff\\xfe' 2>&1")
    #expect(result.status == 64)
    #expect(result.text.hasPrefix("nmsim: unknown command '"))
  }
}
