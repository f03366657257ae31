#!/usr/bin/env python3
"""Small ONNX models of linear operators and activations, evaluated by nmsim and by onnxruntime.

    python3 Tests/Scripts/linear_operators.py NMSIM [--seeds N] [--only NAME]

Needs numpy, onnx and onnxruntime. Prints a line for each kind that fails and ends with status 1 if one does.
"""
import argparse, os, subprocess, sys, tempfile

try:
    import numpy as np, onnx, onnxruntime as ort
    from onnx import TensorProto, helper, numpy_helper
except ImportError as error:
    print("skipped:", error)
    sys.exit(0)
ort.set_default_logger_severity(3)


class Graph:
    """Nodes that grow from an input x."""

    def __init__(self, rng, shape):
        self.rng, self.nodes, self.constants, self.shape = rng, [], [], shape

    def weights(self, *shape):
        return self.constant((self.rng.standard_normal(shape) * 0.4).astype(np.float32))

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, operation, *inputs, outputs=1, **attributes):
        names = [f"v{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(operation, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def conv(self, x, inputs, outputs, kernel=3, pad=1, **attributes):
        groups = attributes.get("group", 1)
        return self.add("Conv", x, self.weights(outputs, inputs // groups, kernel, kernel), self.weights(outputs),
                        pads=[pad] * 4, **attributes)

    def relu(self, x): return self.add("Relu", x)

    def ints(self, *values): return self.constant(np.array(values, np.int64))

    def model(self, output, opset):
        self.nodes.append(helper.make_node("Identity", [output], ["y"]))
        graph = helper.make_graph(
            self.nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
        model.graph.output[0].CopyFrom(inferred.graph.output[0])
        return model


IMAGE = [1, 3, 12, 10]
KINDS = {}


def kind(shape=IMAGE, opset=17):
    def note(function):
        KINDS[function.__name__] = (function, shape, opset)
        return function
    return note


def head(g): return g.relu(g.conv("x", 3, 6))


@kind()
def negate(g): return g.relu(g.add("Neg", g.conv("x", 3, 4)))
@kind()
def concatenated_relu(g):
    x = g.conv("x", 3, 4)
    return g.conv(g.relu(g.add("Concat", x, g.add("Neg", x), axis=1)), 8, 3)
@kind()
def keras_prelu(g):
    x = g.conv("x", 3, 4)
    below = g.add("Mul", g.relu(g.add("Neg", x)), g.weights(4, 1, 1))
    return g.conv(g.add("Add", g.relu(x), below), 4, 3)
@kind()
def split(g):
    a, b, c = g.add("Split", head(g), g.ints(1, 3, 2), outputs=3, axis=1)
    return g.relu(g.add("Concat", g.conv(b, 3, 4), c, g.relu(g.conv(a, 1, 2)), axis=1))
@kind()
def split_equal(g):
    a, b = g.add("Split", g.conv("x", 3, 6), outputs=2, axis=1)
    return g.relu(g.add("Sub", a, b))
@kind([1, 8])
def split_vector(g):
    a, b = g.add("Split", "x", outputs=2, axis=1)
    return g.add("Gemm", g.relu(g.add("Gemm", a, g.weights(4, 5))), g.weights(5, 3))
@kind()
def gather_channels(g): return g.relu(g.conv(g.add("Gather", head(g), g.ints(4, 0, -1), axis=1), 3, 4))
@kind()
def gather_one(g): return g.relu(g.conv(g.add("Unsqueeze", g.add("Gather", head(g), g.constant(np.int64(2)), axis=1), g.ints(1)), 1, 4))
@kind()
def crop(g): return g.conv(g.add("Slice", head(g), g.ints(2, 1), g.ints(-1, -3), g.ints(2, 3)), 6, 3)
@kind()
def crop_end(g): return g.relu(g.add("Slice", g.conv("x", 3, 4), g.ints(0), g.ints(7), g.ints(2)))
@kind()
def crop_then_pool(g):
    return g.conv(g.add("MaxPool", g.add("Slice", head(g), g.ints(2, 3), g.ints(10, 9), g.ints(2, 3)), kernel_shape=[2, 2], strides=[2, 2]), 6, 2)
@kind()
def focus(g):
    parts = [g.add("Slice", "x", g.ints(a, b), g.ints(1000, 1000), g.ints(2, 3), g.ints(2, 2)) for a, b in ((0, 0), (1, 0), (0, 1), (1, 1))]
    return g.relu(g.conv(g.add("Concat", *parts, axis=1), 12, 5))
@kind()
def focus_inside(g):
    x = head(g)
    parts = [g.add("Slice", x, g.ints(a, b), g.ints(1000, 1000), g.ints(2, 3), g.ints(2, 2)) for a, b in ((0, 0), (1, 0), (0, 1), (1, 1))]
    return g.relu(g.conv(g.add("Concat", *parts, axis=1), 24, 5))
@kind()
def pad_constant(g): return g.relu(g.conv(g.add("Pad", head(g), g.ints(0, 0, 1, 2, 0, 0, 0, 1), g.constant(np.float32(0.7))), 6, 4))
@kind()
def pad_reflect(g): return g.relu(g.conv(g.add("Pad", head(g), g.ints(0, 0, 1, 1, 0, 0, 1, 1), mode="reflect"), 6, 4, pad=0))
@kind()
def pad_reflect_input(g): return g.relu(g.conv(g.add("Pad", "x", g.ints(0, 0, 2, 1, 0, 0, 2, 1), mode="reflect"), 3, 4, kernel=5, pad=0))
@kind()
def pad_edge(g): return g.relu(g.add("Pad", g.conv("x", 3, 4), g.ints(0, 0, 1, 0, 0, 0, 2, 1), mode="edge"))
@kind()
def pad_negative(g): return g.relu(g.conv(g.add("Pad", head(g), g.ints(0, 0, -1, 1, 0, 0, -2, 0)), 6, 4))
@kind([1, 3, 30, 28])
def pad_reflect_large(g): return g.relu(g.conv(g.add("Pad", head(g), g.ints(0, 0, 1, 1, 0, 0, 1, 1), mode="reflect"), 6, 4, pad=0))
@kind()
def pad_channels_last(g):
    """As Keras exports with PyTorch beneath: maps are turned around each convolution, pads lie between."""
    x = g.relu(g.add("Transpose", head(g), perm=[0, 2, 3, 1]))
    x = g.add("Pad", x, g.ints(0, 0, 1, 0, 0, 1, 2, 0))
    return g.relu(g.conv(g.add("Transpose", x, perm=[0, 3, 1, 2]), 6, 4, pad=0))
@kind([1, 12, 10, 3])
def pad_channels_last_input(g):
    x = g.add("Pad", "x", g.ints(0, 1, 1, 0, 0, 1, 1, 0))
    return g.relu(g.conv(g.add("Transpose", x, perm=[0, 3, 1, 2]), 3, 4, pad=0))
@kind()
def channels_last_to_the_end(g):
    parts = [g.relu(g.add("Transpose", g.conv("x", 3, n), perm=[0, 2, 3, 1])) for n in (2, 3)]
    x = g.conv(g.add("Transpose", g.add("Concat", *parts, axis=3), perm=[0, 3, 1, 2]), 5, 4)
    x = g.relu(g.add("Transpose", x, perm=[0, 2, 3, 1]))
    kept = g.add("ReduceMean", x, axes=[1, 2])
    return g.add("Add", g.add("ReduceMean", x, axes=[1, 2], keepdims=0), g.add("Reshape", kept, g.ints(1, 4)))
@kind([1, 3, 30, 28])
def average_excludes(g): return g.conv(g.add("AveragePool", head(g), kernel_shape=[3, 3], pads=[1, 1, 1, 1]), 6, 3, kernel=1, pad=0)
@kind([1, 3, 30, 28])
def average_excludes_stride(g): return g.conv(g.add("AveragePool", head(g), kernel_shape=[5, 4], strides=[3, 2], pads=[2, 1, 2, 2]), 6, 3)
@kind([1, 3, 31, 28])
def average_ceil(g): return g.conv(g.add("AveragePool", head(g), kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1), 6, 3, kernel=1, pad=0)
@kind([1, 3, 31, 28])
def average_ceil_counted(g): return g.relu(g.add("AveragePool", g.conv("x", 3, 4), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad=1))
@kind()
def average_excludes_small(g): return g.relu(g.add("AveragePool", g.conv("x", 3, 4), kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
@kind()
def maximum_unbounded(g): return g.relu(g.conv(g.add("MaxPool", g.conv("x", 3, 4), kernel_shape=[2, 2], strides=[2, 2]), 4, 3))
@kind()
def maximum_overlapping(g): return g.add("Gemm", g.add("Flatten", g.add("MaxPool", g.conv("x", 3, 4), kernel_shape=[3, 2], strides=[2, 1])), g.weights(180, 3))
@kind()
def maximum_of_input(g): return g.conv(g.add("Neg", g.add("MaxPool", "x", kernel_shape=[2, 3], strides=[2, 3])), 3, 4)
@kind()
def global_average(g): return g.add("Gemm", g.add("Flatten", g.add("GlobalAveragePool", g.conv("x", 3, 4))), g.weights(4, 3))
@kind()
def flat_mean(g): return g.add("ReduceMean", g.add("Reshape", head(g), g.ints(0, 0, -1)), axes=[-1], keepdims=0)
@kind()
def flat_mean_kept(g): return g.add("Gemm", g.add("Flatten", g.add("ReduceMean", g.add("Reshape", head(g), g.ints(0, 0, -1)), axes=[2])), g.weights(6, 3))
@kind()
def reduce_sum(g): return g.add("Gemm", g.add("ReduceSum", head(g), g.ints(2, 3), keepdims=0), g.weights(6, 3))
@kind()
def reduce_width(g): return g.relu(g.conv(g.add("ReduceSum", head(g), g.ints(3)), 6, 3))
@kind()
def reduce_channels(g): return g.relu(g.add("ReduceMean", head(g), axes=[1]))
@kind([1, 8])
def reduce_vector(g): return g.add("ReduceSum", g.relu(g.add("Gemm", "x", g.weights(8, 5))), g.ints(1))
@kind([1, 8])
def einsum(g): return g.add("Gemm", g.relu(g.add("Einsum", "x", g.weights(5, 8), equation="bi,oi->bo")), g.weights(5, 3))
@kind([1, 8])
def einsum_turned(g): return g.relu(g.add("Einsum", g.weights(8, 5), "x", equation="io,bi->bo"))
@kind()
def einsum_image(g): return g.relu(g.add("Einsum", head(g), g.weights(6, 4), equation="bchw,co->bohw"))
@kind([1, 8, 1])
def weights_left(g): return g.relu(g.add("MatMul", g.weights(5, 8), "x"))
@kind()
def prelu_channels(g): return g.conv(g.add("PRelu", g.conv("x", 3, 4), g.constant(np.array([[[.1]], [[.25]], [[-.2]], [[1.5]]], np.float32))), 4, 3)
@kind([1, 8])
def prelu_vector(g): return g.add("Gemm", g.add("PRelu", g.add("Gemm", "x", g.weights(8, 5)), g.weights(5)), g.weights(5, 3))
@kind()
def prelu_negative(g): return g.conv(g.add("LeakyRelu", g.conv("x", 3, 4), alpha=-0.3), 4, 3)
def clipped(low, high):
    def build(g): return g.conv(g.add("Clip", g.conv("x", 3, 4), *[g.constant(np.float32(v)) if v is not None else "" for v in (low, high)]), 4, 3)
    return build
for name, low, high in (("hardtanh", -1, 1), ("uneven", -0.5, 2), ("above", 0.25, 1), ("below", -2, -0.5), ("floor", -0.5, None), ("ceiling", None, 0.75)):
    KINDS["clip_" + name] = (clipped(low, high), IMAGE, 17)
@kind()
def maximum(g): return g.conv(g.add("Max", g.conv("x", 3, 4), g.constant(np.float32(-0.3))), 4, 3)
@kind()
def minimum(g): return g.conv(g.add("Min", g.constant(np.float32(0.4)), g.conv("x", 3, 4)), 4, 3)
@kind()
def transposed_one(g): return g.relu(g.add("ConvTranspose", head(g), g.weights(6, 4, 3, 3), g.weights(4), pads=[1, 1, 1, 1]))
@kind([1, 3, 6, 5])
def transposed_two(g): return g.conv(g.relu(g.add("ConvTranspose", head(g), g.weights(6, 2, 3, 3), g.weights(4), group=2, strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])), 4, 2)
@kind([1, 3, 6, 5])
def nearest(g): return g.relu(g.conv(g.add("Resize", head(g), "", g.constant(np.array([1, 1, 2, 3], np.float32)), mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric"), 6, 3))
@kind([1, 3, 6, 5])
def nearest_half(g): return g.conv(g.add("Resize", head(g), "", g.constant(np.array([1, 1, 2, 2], np.float32)), mode="nearest"), 6, 3)
@kind([1, 3, 6, 5])
def bilinear(g): return g.conv(g.add("Resize", head(g), "", "", g.ints(1, 6, 12, 9), mode="linear"), 6, 3)
@kind([1, 3, 6, 5], 9)
def upsample(g): return g.conv(g.add("Upsample", head(g), g.constant(np.array([1, 1, 2, 2], np.float32)), mode="nearest"), 6, 3)
@kind([1, 3, 6, 5])
def depth_to_space(g): return g.conv(g.add("DepthToSpace", g.relu(g.conv("x", 3, 8)), blocksize=2, mode="CRD"), 2, 3)
@kind([1, 3, 6, 8])
def space_to_depth(g): return g.relu(g.conv(g.add("SpaceToDepth", head(g), blocksize=2), 24, 3))
@kind([1, 3, 6, 5])
def depth_to_space_end(g): return g.add("DepthToSpace", g.conv("x", 3, 8), blocksize=2)
@kind()
def shuffle(g):
    x = head(g)
    for _ in range(2):
        a, b = g.add("Split", x, outputs=2, axis=1)
        b = g.relu(g.conv(g.conv(g.relu(g.conv(b, 3, 3, kernel=1, pad=0)), 3, 3, group=3), 3, 3, kernel=1, pad=0))
        x = g.add("Concat", a, b, axis=1)
        x = g.add("Reshape", g.add("Transpose", g.add("Reshape", x, g.ints(1, 2, 3, 12, 10)), perm=[0, 2, 1, 3, 4]), g.ints(1, 6, 12, 10))
    return g.conv(x, 6, 4)
@kind()
def grouped_of_parts(g):
    x = head(g)
    return g.relu(g.conv(g.add("Concat", x, g.conv(x, 6, 6), axis=1), 12, 8, group=4))
@kind()
def depthwise_of_shuffled(g):
    x = g.add("Gather", head(g), g.ints(5, 3, 1, 0), axis=1)
    return g.relu(g.conv(x, 4, 4, group=4))
@kind()
def bottleneck(g):
    x = g.conv(g.relu(g.conv("x", 3, 8)), 8, 3, kernel=1, pad=0)
    for _ in range(3):
        y = g.add("Clip", g.conv(x, 3, 12, kernel=1, pad=0), g.constant(np.float32(0)), g.constant(np.float32(6)))
        x = g.add("Add", x, g.conv(g.relu(g.conv(y, 12, 12, group=12)), 12, 3, kernel=1, pad=0))
    return x
@kind([1, 3, 8, 8])
def autoencoder(g):
    x = g.relu(g.conv("x", 3, 6, strides=[2, 2]))
    x = g.relu(g.conv(x, 6, 4, strides=[2, 2]))
    x = g.relu(g.add("ConvTranspose", x, g.weights(4, 6, 2, 2), strides=[2, 2]))
    return g.add("ConvTranspose", x, g.weights(6, 3, 2, 2), strides=[2, 2])


parser = argparse.ArgumentParser()
parser.add_argument("nmsim")
parser.add_argument("--seeds", type=int, default=1)
parser.add_argument("--only")
arguments = parser.parse_args()
failed = 0
with tempfile.TemporaryDirectory() as folder:
    for name, (build, shape, opset) in KINDS.items():
        if arguments.only and arguments.only not in name: continue
        for seed in range(arguments.seeds):
            for merge in ("auto", "never", "always"):
                rng = np.random.default_rng([seed, len(name)])
                g = Graph(rng, shape)
                model = g.model(build(g), opset)
                x = rng.standard_normal(shape).astype(np.float32)
                y = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
                onnx.save(model, f"{folder}/m.onnx"); np.save(f"{folder}/x.npy", x); np.save(f"{folder}/y.npy", y.astype(np.float32))
                done = subprocess.run([arguments.nmsim, "evaluate", "m.onnx", "--input", "x.npy", "--expect", "y.npy", "-o", "out.npy", "--merge", merge, "-q"],
                                      cwd=folder, capture_output=True, text=True)
                error = None
                if done.returncode == 0:
                    error = float(np.abs(np.load(f"{folder}/out.npy").reshape(y.shape) - y).max() / np.abs(y).max())
                if error is None or not error <= 1e-5:
                    print(f"{name} --merge {merge}, seed {seed}: status {done.returncode}, error {error}, {done.stderr.strip()}")
                    failed += 1
print(f"{len(KINDS)} kinds, {failed} failures")
sys.exit(1 if failed else 0)
