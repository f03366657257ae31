/// Why a data set cannot be loaded: the file, and what is wrong with it.
package struct DataError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    case unreadable(FileError)
    case format(FormatError)
    /// None of the known formats.
    case unknownFormat(size: Int)
    /// A recording from a pipe that only a name would tell.
    case nameless
    case torch
    /// An array is named of a file that is no `.npz`.
    case notArchive
    /// No array with a usual name.
    case noArray(purpose: String, present: [String])
    case shape(found: [Int], expected: [Int], remedy: String)
    case noSamples
    /// Steps of recordings, each of so many values.
    case tooManySteps(Int, values: Int)
    /// A line of a list of recordings.
    case recordingLine(Int)
    case noRecording(String, line: Int)
    case expectedShape([Int])
    case notFinite(sample: Int)
    case labelShape([Int])
    case labelType
    /// Without the text: a network may name any file as its labels.
    case labelText(line: Int)
    case labelCount(labels: Int, samples: Int)
    case targetCount(values: Int, outputs: Int, samples: Int)
    /// `classes` nil: any label from 0 up would do.
    case labelRange(sample: Int, Int, classes: Int?)
  }

  /// Path as given; for an array of an `.npz` file `FILE.npz:NAME`.
  package let file: String
  package let problem: Problem

  package init(file: String, _ problem: Problem) {
    self.file = file
    self.problem = problem
  }

  /// The file system's part in it, where there is one: a missing file has an exit status of its own.
  package var fileError: FileError? {
    if case .unreadable(let error) = problem { error } else { nil }
  }

  /// `FILE: what is wrong; what to do`
  package var description: String { "\(escaped(file)): \(problem)" }
}

extension DataError.Problem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let error): error.message
    case .format(let error): error.description
    case .unknownFormat(let size):
      "unknown data format (\(size) bytes); read are IDX (also gzip), .npy, .npz and CIFAR-10/100 binary (.bin)"
    case .nameless:
      "nothing that is told by its first bytes; N-MNIST recordings are told by their names: give the file itself"
    case .torch:
      "ZIP file without .npy arrays (a PyTorch file?); save the arrays with numpy.savez"
    case .notArchive: "not an .npz archive of arrays; leave out what follows the file's name"
    case .noArray(let purpose, let present):
      "no array for \(purpose) among \(ShapeText.list(present)); name one as FILE.npz:NAME"
    case .shape(let found, let expected, let remedy):
      "data of shape \(ShapeText.of(found)) do not fit the network's input \(ShapeText.of(expected)); \(remedy)"
    case .tooManySteps(let steps, let values):
      "recordings of \(groupedText(steps)) steps with \(groupedText(values)) values each are too long; make steps longer, or run fewer"
    case .recordingLine(let line): "line \(line) is not a recording and its class; write a name and a number"
    case .noRecording(let name, let line):
      "line \(line) names the recording '\(printable(name))', of which there is no file; correct the list"
    case .noSamples: "no samples in the file; give a file with at least one"
    case .expectedShape(let shape):
      "network input shape \(ShapeText.of(shape)) is neither [N] nor [C, H, W] with positive sizes; correct the network"
    case .notFinite(let sample): "sample \(sample) contains NaN or infinity; remove it from the data"
    case .labelShape(let shape):
      "labels of shape \(ShapeText.of(shape)), one class index per sample is needed; "
        + (shape.count == 2 ? "convert one-hot labels with labels.argmax(1)" : "save a one-dimensional array")
    case .labelType: "labels are not whole numbers; convert them with labels.astype('i8')"
    case .labelText(let line): "line \(line) is not a class index; write one integer per line"
    case .labelCount(let labels, let samples):
      "\(labels) labels for \(samples) samples; give the label file that belongs to the images"
    case .targetCount(let values, let outputs, let samples):
      "\(values) values for \(samples) samples with \(outputs) outputs each; give one value for each output of each sample"
    case .labelRange(let sample, let label, let classes):
      if let classes {
        "label of sample \(sample) is \(label), the network has classes 0 to \(classes - 1); give matching labels"
      } else {
        "label of sample \(sample) is \(label), class indices start at 0; correct the label file"
      }
    }
  }
}
