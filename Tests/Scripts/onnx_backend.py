"""Compares `nmsim evaluate` with the backend tests of the package onnx: of nodes, and of what PyTorch exported.

Usage: onnx_backend.py NMSIM [NAME ...]

Of each test the first input is data; the others become constants with the test's values. A test is taken (its outputs equal
the test's own), refused, or wrong. The last line counts them; the status is 1 where any is wrong.
"""
import collections
import glob
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_node_model_tests

# What the importer knows; other operators are refused by name.
OPERATORS = """Add ArgMax AveragePool BatchNormalization Cast Clip Concat Constant ConstantOfShape Conv ConvTranspose
DepthToSpace DequantizeLinear Div Dropout Einsum Flatten Floor Gather Gemm GlobalAveragePool GlobalMaxPool Identity LeakyRelu
Log LogSoftmax MatMul Max MaxPool Mul Neg PRelu Pad QuantizeLinear ReduceMax ReduceMean ReduceSum Relu Reshape Resize Sigmoid
Slice Softmax SpaceToDepth Split Squeeze Sub Sum Tanh Transpose Unsqueeze Upsample""".split()


def tensor(path):
    value = onnx.TensorProto()
    with open(path, "rb") as file:
        value.ParseFromString(file.read())
    return numpy_helper.to_array(value)


def cases():
    """Name, model, inputs and first output of each test."""
    for case in load_node_model_tests():
        inputs, outputs = case.data_sets[0]
        yield case.name, case.model, inputs, outputs[0]
    root = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data")
    for folder in sorted(glob.glob(os.path.join(root, "pytorch-*", "test_*"))):
        model = onnx.load(os.path.join(folder, "model.onnx"))
        data = os.path.join(folder, "test_data_set_0")
        count = len(glob.glob(os.path.join(data, "input_*.pb")))
        inputs = [tensor(os.path.join(data, f"input_{i}.pb")) for i in range(count)]
        yield os.path.basename(folder), model, inputs, tensor(os.path.join(data, "output_0.pb"))


def attempt(nmsim, model, inputs, expected, work):
    """`taken`, `refused`, `wrong`, or None where the test is not one of a known operator on floats."""
    if not all(node.op_type in OPERATORS for node in model.graph.node):
        return None
    if not all(isinstance(value, (np.ndarray, np.generic)) for value in [*inputs, expected]):
        return None  # a sequence, an optional value
    inputs, expected = [np.asarray(value) for value in inputs], np.asarray(expected)
    if not inputs or inputs[0].dtype != np.float32 or inputs[0].ndim == 0 or inputs[0].size == 0:
        return None
    if expected.dtype.kind not in "fiu" or expected.size == 0:
        return None
    stored = {weight.name for weight in model.graph.initializer}
    given = [info for info in model.graph.input if info.name not in stored]
    if len(given) != len(inputs):
        return None
    for info, value in list(zip(given, inputs))[1:]:
        model.graph.initializer.append(numpy_helper.from_array(value, info.name))
        model.graph.input.remove(info)
    paths = [os.path.join(work, name) for name in ("model.onnx", "x.npy", "y.npy")]
    onnx.save(model, paths[0])
    np.save(paths[1], inputs[0])
    np.save(paths[2], expected.astype(np.float32))
    run = subprocess.run(
        [nmsim, "evaluate", paths[0], "--input", paths[1], "--expect", paths[2], "--quiet"], capture_output=True, text=True)
    if run.returncode == 0:
        return "taken", ""
    return ("refused" if run.returncode == 65 else "wrong"), run.stderr.strip().replace(work, "")


def main():
    nmsim, names = sys.argv[1], sys.argv[2:]
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as work:
        for name, model, inputs, expected in cases():
            if names and name not in names:
                continue
            result = attempt(nmsim, model, inputs, expected, work)
            if result is None:
                continue
            counts[result[0]] += 1
            if result[0] == "wrong" or names or os.environ.get("VERBOSE"):
                print(name, *result)
    print(f"onnx {onnx.__version__}: {counts['taken']} taken, {counts['refused']} refused, {counts['wrong']} wrong")
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
