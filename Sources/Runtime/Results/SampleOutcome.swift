/// What one sample gave: the same from every execution of a program.
package struct SampleOutcome: Sendable, Equatable {
  /// The decision after each step: index of the largest output, lowest index on ties; of a single output 1 above 0.
  package var decisions: [Int] = []
  /// The output after the last step: potentials, or signed spike counts.
  package var outputs: [Int] = []
  /// How far the largest output is above the next after each step; 0 on ties; of a single one how far it is from 0.
  package var margins: [Int] = []
}
