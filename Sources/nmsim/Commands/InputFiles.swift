import ChipModel
import Compiler

/// What several commands read in the same way: networks, numbers of samples.
enum InputFiles {
  /// A network's file, and the network, checked.
  static func network(
    _ path: String, namedBy: FileReader.Naming = .user
  ) throws(CommandError) -> (file: NetworkFile, network: CheckedNetwork) {
    do throws(NetworkFileError) {
      let file = try NetworkFile(reading: path, namedBy: namedBy)
      return (file, try file.checked())
    } catch {
      throw CommandError(error)
    }
  }

  /// `--samples`, else the standard number, or all where there are fewer.
  static func samples(
    _ arguments: ParsedArguments, of data: Dataset, _ path: String, standard: Int = .max
  ) throws(CommandError) -> Int {
    let count = arguments.int("samples") ?? min(standard, data.count)
    guard count <= data.count else {
      throw CommandError(
        .badData, subject: path,
        problem: "\(NumberFormat.count(count)) samples asked for, the file has \(NumberFormat.count(data.count))",
        remedy: "use --samples \(data.count) or fewer")
    }
    return count
  }
}
