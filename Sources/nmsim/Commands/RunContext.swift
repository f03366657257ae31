import ChipModel
import Compiler
import Runtime

/// What a result carries along beside what the run found: how the program fits its chip, and what it was made from.
enum RunContext {
  /// Larger files are not hashed: reading them again would cost more than some runs. Nor are pipes, which are empty by
  /// now or wait for ever.
  private static let largestHashed = 64 << 20

  static func fit(_ program: CompiledProgram) -> RunFit {
    let report = CompileReport(program)
    return RunFit(
      populations: report.populations.map { p in
        RunFit.Population(
          name: p.name, cores: p.cores, synapses: p.synapses, roundingError: p.relativeError,
          threshold: p.thresholds?.lowerBound, sumBits: p.headroom.sumBits,
          stepsToSaturation: p.headroom.stepsToSaturation)
      },
      synapseBits: report.cores.map(\.load.synapseBits), synapseBitsPerCore: report.limits.synapseBits,
      coresOfChip: report.totalCores)
  }

  static func provenance(_ inputs: RunInputs) -> RunProvenance {
    provenance(inputs.program, images: inputs.dataPath)
  }

  static func provenance(_ program: CompiledProgram, images: String) -> RunProvenance {
    let bytes = FolderFiles.isFile(images) ? try? FileReader.bytes(of: images, limit: largestHashed) : nil
    return RunProvenance(
      version: Version.number, images: images, imagesHash: bytes.map { SHA256.hexadecimal(of: $0) },
      history: program.network.provenance)
  }
}
