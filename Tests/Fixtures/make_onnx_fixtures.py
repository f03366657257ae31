#!/usr/bin/env python3
"""Writes the ONNX fixtures of Tests/CompilerTests/Fixtures.

    python3 -m venv v && v/bin/pip install torch onnx onnxruntime onnxscript numpy
    v/bin/python Tests/Fixtures/make_onnx_fixtures.py Tests/CompilerTests/Fixtures

Each module is exported in several of these variants: `ts` (TorchScript exporter, static batch), `tsd` (the same with a
dynamic batch), `raw` (TorchScript without constant folding), `dyn` (torch.export based exporter, weights embedded),
`ext` (the same with a dynamic batch and external data), `dynraw` (the same without optimisation) and `opN` (TorchScript at opset N).
`references.json` holds two input samples a module and the outputs onnxruntime gives for them; every variant must
agree with the first one, or the script stops. Stack traces in the metadata keep their form but lose their paths.
"""
import json, os, re, shutil, sys, warnings
import numpy as np, onnx, onnxruntime as ort, torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.manual_seed(1)
ort.set_default_logger_severity(3)
out = sys.argv[1]
shutil.rmtree(out, ignore_errors=True)
os.makedirs(out)


class Fn(nn.Module):
    """A module whose forward is a function of its named parts."""
    def __init__(self, function, **parts):
        super().__init__()
        for key, part in parts.items(): setattr(self, key, part)
        self.function = function
    def forward(self, x): return self.function(self, x)


def seq(*parts): return nn.Sequential(*parts)
def conv(i, o, k=3, **kw): return nn.Conv2d(i, o, k, **kw)


def block(i, o, stride=1):
    parts = dict(c1=conv(i, o, stride=stride, padding=1, bias=False), b1=nn.BatchNorm2d(o),
                 c2=conv(o, o, padding=1, bias=False), b2=nn.BatchNorm2d(o))
    if i != o: parts["sc"] = seq(conv(i, o, 1, stride=stride, bias=False), nn.BatchNorm2d(o))
    def f(m, x):
        y = m.b2(m.c2(F.relu(m.b1(m.c1(x)))))
        return F.relu(y + (m.sc(x) if hasattr(m, "sc") else x))
    return Fn(f, **parts)


def preact(i, o, stride=1):
    parts = dict(b1=nn.BatchNorm2d(i), c1=conv(i, o, stride=stride, padding=1, bias=False), b2=nn.BatchNorm2d(o),
                 c2=conv(o, o, padding=1, bias=False))
    if i != o: parts["sc"] = conv(i, o, 1, stride=stride, bias=False)
    def f(m, x):
        h = F.relu(m.b1(x))
        s = m.sc(h) if hasattr(m, "sc") else x
        return m.c2(F.relu(m.b2(m.c1(h)))) + s
    return Fn(f, **parts)


def option_a(m, x):
    y = m.c2(F.relu(m.c1(x)))
    s = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 1, 1))
    return F.relu(y + s)


def shuffle(m, x):
    y = F.relu(m.a(x)); n, c, h, w = y.shape
    y = y.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
    return m.b(y)


def tied_bn():
    a, b = nn.BatchNorm2d(4), nn.BatchNorm2d(4)
    return seq(conv(2, 4, padding=1), a, nn.ReLU(), conv(4, 4, padding=1), b, nn.ReLU(), nn.Flatten(), nn.Linear(256, 3))


I = (2, 8, 8)
FOUR = ("ts", "raw", "dyn", "ext")
modules = {
    "conv_plain": (seq(conv(2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(108, 4)), I, ("ts", "tsd", "raw", "dyn", "ext", "dynraw")),
    "conv_geometry": (seq(conv(2, 4, (3, 2), stride=(2, 1), padding=(2, 1), dilation=(2, 3)), nn.ReLU(), conv(4, 3, 1)), I, FOUR),
    "conv_groups": (seq(conv(2, 4, groups=2, padding=1), nn.ReLU(), conv(4, 8, groups=4), nn.ReLU(), conv(8, 3, 1)), I, ("ts", "ext")),
    "conv_same_even": (seq(conv(2, 3, 2, padding="same"), nn.ReLU(), conv(3, 2, 4, padding="same")), I, ("ts", "dyn")),
    "conv_bn": (seq(conv(2, 4, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), conv(4, 4, groups=2), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3)), I, ("ts", "raw", "dyn", "dynraw")),
    "linear_bn": (seq(nn.Flatten(), nn.Linear(128, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 4, bias=False)), I, FOUR),
    "bn_first": (seq(nn.BatchNorm2d(2), conv(2, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(192, 3)), I, ("ts", "dyn")),
    "bn_after_relu": (seq(conv(2, 3), nn.ReLU(), nn.BatchNorm2d(3), conv(3, 4, stride=2, padding=1), nn.ReLU(), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(36, 3)), I, ("tsd", "dyn")),
    "leaky": (seq(conv(2, 3), nn.LeakyReLU(0.1), nn.Flatten(), nn.Linear(108, 4)), I, ("ts", "dyn")),
    "prelu": (seq(conv(2, 3), nn.PReLU(), nn.Flatten(), nn.Linear(108, 4), nn.PReLU()), I, ("ts", "dyn")),
    "bounded": (seq(conv(2, 3), nn.ReLU6(), nn.Flatten(), nn.Linear(108, 5), nn.Hardtanh(0, 0.5), nn.Linear(5, 4)), I, ("ts", "op9", "op11", "dyn", "ext")),
    "clamp": (Fn(lambda m, x: torch.clamp(m.b(torch.clamp(m.a(x), 0, 0.25)), min=0.0), a=nn.Linear(12, 6), b=nn.Linear(6, 3)), (12,), ("ts", "op9", "raw")),
    "max_pool": (seq(conv(2, 3), nn.ReLU(), nn.MaxPool2d(3, 1, padding=1), conv(3, 3, 2), nn.ReLU(), nn.MaxPool2d(2, 1), nn.MaxPool2d(2, 1)), I, ("ts", "dyn")),
    "max_pool_ceil": (seq(conv(2, 3, 2), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True), nn.Flatten(), nn.Linear(48, 3)), I, ("ts", "dyn")),
    "conv_max_relu": (seq(conv(2, 3), nn.MaxPool2d(2), nn.ReLU(), conv(3, 4, 2), nn.MaxPool2d(2), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(4, 3)), I, ("ts", "ext")),
    "conv_max_bn_relu": (seq(conv(2, 3), nn.MaxPool2d(2), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(27, 3)), I, ("ts", "dyn")),
    "avg_pool": (seq(conv(2, 3), nn.ReLU(), nn.AvgPool2d(2), conv(3, 4, 2), nn.ReLU(), nn.AvgPool2d(2, 1, padding=1), nn.Flatten(), nn.Linear(36, 3)), I, ("ts", "raw", "dyn", "ext")),
    "avg_pool_unrolled": (seq(conv(2, 3), nn.ReLU(), nn.AvgPool2d(3, 2, padding=1, count_include_pad=False), conv(3, 2, 2), nn.ReLU(), nn.AvgPool2d(2, 1, ceil_mode=True), nn.Flatten(), nn.Linear(2, 3)), I, ("ts", "dyn")),
    "avg_pool_ceil": (seq(conv(2, 3, 2), nn.ReLU(), nn.AvgPool2d(2, ceil_mode=True), nn.Flatten(), nn.Linear(48, 3)), I, ("ts", "dyn")),
    "lenet": (seq(conv(2, 3), nn.AvgPool2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(27, 6), nn.ReLU(), nn.Linear(6, 3)), I, ("ts", "dyn")),
    "pool_chains": (seq(conv(2, 3, 1), nn.ReLU(), nn.AvgPool2d(2), nn.AvgPool2d(2), conv(3, 4, 1), nn.ReLU(), nn.MaxPool2d(2, 1), nn.AvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)), I, ("ts", "dyn")),
    "adaptive": (seq(conv(2, 4, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(4), conv(4, 4, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)), I, ("ts", "raw", "dyn", "ext")),
    "adaptive_max": (seq(conv(2, 4, 3), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(4, 3)), I, ("ts", "dyn")),
    "mean": (Fn(lambda m, x: m.fc(F.relu(m.c(x)).mean([2, 3])), c=conv(2, 4), fc=nn.Linear(4, 3)), I, ("ts", "op11", "op17", "dyn")),
    "all_conv": (seq(conv(2, 4), nn.ReLU(), conv(4, 3, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()), I, ("ts", "dyn")),
    "view": (Fn(lambda m, x: m.fc(F.relu(m.c(x)).view(x.size(0), -1)), c=conv(2, 3), fc=nn.Linear(108, 3)), I, ("ts", "tsd", "raw", "op9", "dyn", "ext")),
    "static_batch": (Fn(lambda m, x: m.fc(F.relu(m.c(x)).reshape(4, -1)), c=conv(2, 3), fc=nn.Linear(108, 3)), I, ("ts4",)),
    "permute": (Fn(lambda m, x: m.fc(F.relu(m.c(x)).permute(0, 2, 3, 1).flatten(1)), c=conv(2, 3), fc=nn.Linear(108, 3)), I, ("ts", "tsd", "dyn")),
    "mlp": (seq(nn.Linear(12, 8, bias=False), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3)), (12,), ("ts", "tsd", "raw", "dyn", "ext", "dynraw")),
    "residual": (seq(conv(2, 4, padding=1), nn.ReLU(), block(4, 4), block(4, 6, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)), I, ("ts", "raw", "dyn", "ext", "dynraw")),
    "preactivation": (seq(conv(2, 4, padding=1, bias=False), preact(4, 4), preact(4, 6, 2), preact(6, 6), nn.BatchNorm2d(6), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)), I, ("ts", "raw", "dyn", "ext")),
    "option_a": (Fn(option_a, c1=conv(2, 4, padding=1, stride=2), c2=conv(4, 4, padding=1)), I, ("tsd", "dyn")),
    "concat": (Fn(lambda m, x: m.d(torch.cat([F.relu(m.a(x)), F.relu(m.b(x)), x], 1)), a=conv(2, 3, padding=1), b=conv(2, 4, 1), d=conv(9, 3, padding=1)), I, ("ts", "dyn")),
    "concat_flat": (Fn(lambda m, x: m.d(torch.cat([F.relu(m.a(x)).flatten(1), F.max_pool2d(x, 2).flatten(1)], 1)), a=conv(2, 3), d=nn.Linear(140, 3)), I, ("ts", "dyn")),
    "dense_net": (Fn(lambda m, x: m.fc(F.avg_pool2d(F.relu(m.bn(torch.cat([F.relu(m.a(x)), m.b(x)], 1))), 2).flatten(1)), a=conv(2, 3, padding=1), b=conv(2, 4, 1), bn=nn.BatchNorm2d(7), fc=nn.Linear(112, 3)), I, ("ts", "dyn", "ext")),
    "zero_pad": (seq(nn.ZeroPad2d((1, 2, 0, 1)), conv(2, 3), nn.ReLU(), nn.ZeroPad2d(1), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(60, 3)), I, ("ts", "op9", "tsd", "dyn")),
    "dropout": (seq(conv(2, 3), nn.ReLU(), nn.Dropout2d(0.5), nn.Flatten(), nn.Dropout(0.5), nn.Linear(108, 3)), I, ("ts", "dyn")),
    "softmax": (seq(nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 4), nn.Softmax(1)), (12,), ("ts", "dyn")),
    "log_softmax": (Fn(lambda m, x: F.log_softmax(m.b(F.relu(m.a(x))), dim=1), a=nn.Linear(12, 5), b=nn.Linear(5, 4)), (12,), ("tsd", "ext")),
    "linear_chain": (seq(conv(2, 4, 3), conv(4, 3, 1, stride=2), nn.ReLU(), conv(3, 3, 1), conv(3, 2, 3, padding=1), nn.Flatten(), nn.Linear(18, 4), nn.Linear(4, 3)), I, ("ts", "dyn")),
    "unflatten": (Fn(lambda m, x: m.c(F.relu(m.fc(x)).view(-1, 2, 4, 4)), fc=nn.Linear(12, 32), c=conv(2, 3)), (12,), ("ts", "tsd", "dyn")),
    "normalised": (Fn(lambda m, x: m.fc(F.relu(m.c((x - torch.tensor([0.4, 0.3]).view(1, 2, 1, 1)) / torch.tensor([0.2, 0.25]).view(1, 2, 1, 1))).flatten(1)), c=conv(2, 3, padding=1), fc=nn.Linear(192, 3)), I, ("ts", "dyn")),
    "tied": (tied_bn(), I, ("raw", "dynraw")),
    "half": (seq(conv(2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(108, 4)), I, ("halfdyn",)),
    "shuffle": (Fn(shuffle, a=conv(2, 4, 1, groups=2), b=conv(4, 4, padding=1, groups=2)), I, ("ts", "dyn")),
    "branches": (Fn(lambda m, x: m.fc(torch.cat([m.c((F.relu(m.a(x)) - F.relu(m.b(x)))[:, 1:3]).flatten(1), F.max_pool2d(F.avg_pool2d(F.relu(m.a(x)), 2), 2).flatten(1)], 1)), a=conv(2, 4, padding=1), b=conv(2, 4, 1), c=conv(2, 2), fc=nn.Linear(88, 3)), I, ("ts", "dyn")),
    "row_mean": (Fn(lambda m, x: m.fc((F.relu(m.a(x)) * 2 + 1).mean(2).flatten(1)), a=conv(2, 4, padding=1), fc=nn.Linear(32, 3)), I, ("ts", "dyn")),
    "hardtanh": (seq(conv(2, 3), nn.Hardtanh(), nn.Flatten(), nn.Linear(108, 3)), I, ("dyn",)),
    "prelu_channels": (seq(conv(2, 3), Fn(lambda m, x: F.prelu(x, torch.tensor([0.1, 0.2, 0.3]))), nn.Flatten()), I, ("dyn",)),
    "upsample": (seq(conv(2, 3), nn.ReLU(), nn.Upsample(scale_factor=2), conv(3, 1, 1)), I, ("dyn",)),
    "linear_max": (seq(conv(2, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 3)), I, ("dyn",)),
}


def randomise(m):
    for part in m.modules():
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
            n = part.num_features
            part.running_mean.data = torch.randn(n) * 0.3
            part.running_var.data = torch.rand(n) + 0.5
            part.weight.data = torch.rand(n) + 0.5
            part.bias.data = torch.randn(n) * 0.3


def scrub(model):
    """Replaces file paths in metadata; keeps the fields, which a reader must skip."""
    def props(holder):
        for p in holder.metadata_props: p.value = re.sub(r'File "[^"]*"', 'File "model.py"', p.value)[:200]
    props(model); props(model.graph)
    for holder in list(model.graph.node) + list(model.graph.value_info) + list(model.graph.input) + list(model.graph.output): props(holder)
    for t in model.graph.initializer: props(t)


def export(name, m, shape, variant):
    path = os.path.join(out, f"{name}-{variant}.onnx")
    batch = 4 if variant == "ts4" else 1
    x = torch.rand(batch, *shape)
    if variant.startswith(("ts", "raw", "op")):
        opset = int(variant[2:]) if variant.startswith("op") else 20
        axes = {"input": {0: "N"}, "output": {0: "N"}} if variant in ("tsd", "raw") else None
        torch.onnx.export(m, (x,), path, dynamo=False, input_names=["input"], output_names=["output"], opset_version=opset,
                          dynamic_axes=axes, do_constant_folding=variant != "raw")
    else:
        kw = {}
        if variant == "ext":
            x = torch.rand(2, *shape)
            kw["dynamic_shapes"] = ({0: torch.export.Dim("batch")},)
        if variant == "halfdyn": m, x = m.half(), x.half()
        torch.onnx.export(m, (x,), path, dynamo=True, external_data=variant == "ext", optimize=variant != "dynraw",
                          input_names=["input"], output_names=["output"], verbose=False, **kw)
        if variant == "halfdyn": m.float()
    model = onnx.load(path, load_external_data=False)
    scrub(model)
    open(path, "wb").write(model.SerializeToString())
    return path


def run(path, x):
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    i = session.get_inputs()[0]
    x = x.astype(np.float16 if "float16" in i.type else np.float32)
    if i.shape[0] == 4: return session.run(None, {i.name: np.concatenate([x, x])})[0][:2].astype(np.float32)
    return np.concatenate([session.run(None, {i.name: s[None]})[0] for s in x]).astype(np.float32)


# What comes out must be compared before a final softmax, which the importer drops.
references = {}


def reference(name, x, y, files): references[name] = {
    "input": [round(float(v), 6) for v in x.ravel()], "samples": len(x), "inputShape": list(x.shape[1:]),
    "output": [float(f"{v:.9g}") for v in y.ravel()], "files": files}


for name, (m, shape, variants) in modules.items():
    m.eval(); randomise(m)
    x = np.random.RandomState(len(references)).rand(2, *shape).astype(np.float32).round(4) * 2 - 0.5
    x = x.astype(np.float32).round(4)
    files, first = [], None
    for v in variants:
        try: path = export(name, m, shape, v)
        except Exception as error:
            print("cannot export", name, v, str(error).splitlines()[0]); continue
        y = run(path, x)
        if first is None: first = y
        assert np.allclose(y, first, rtol=1e-4 if v != "halfdyn" else 1e-2, atol=1e-6), (name, v, abs(y - first).max())
        files.append(os.path.basename(path))
    if name == "softmax": first = seq(*list(m)[:-1])(torch.tensor(x)).detach().numpy()
    if name == "log_softmax": first = m.b(F.relu(m.a(torch.tensor(x)))).detach().numpy()
    if name == "half": first = m(torch.tensor(x)).detach().numpy()
    reference(name, x, first, files)
    print(name, files)

# Keras through tf2onnx: channels last at both ends, MatMul and Add, float_data, newest IR.
rs = np.random.RandomState(7)
def f32(name, a): return helper.make_tensor(name, TensorProto.FLOAT, a.shape, a.astype(np.float32).ravel().tolist())
k, b, w, c = rs.randn(3, 2, 3, 3), rs.randn(3), rs.randn(108, 4), rs.randn(4)
nodes = [helper.make_node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]),
         helper.make_node("Conv", ["t", "k", "b"], ["c1"], kernel_shape=[3, 3]), helper.make_node("Relu", ["c1"], ["r"]),
         helper.make_node("Transpose", ["r"], ["u"], perm=[0, 2, 3, 1]), helper.make_node("Reshape", ["u", "s"], ["f"]),
         helper.make_node("MatMul", ["f", "w"], ["mm"]), helper.make_node("Add", ["c", "mm"], ["y"])]
graph = helper.make_graph(nodes, "keras", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 8, 8, 2])],
                          [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 4])],
                          [f32("k", k), f32("b", b), f32("w", w), f32("c", c), helper.make_tensor("s", TensorProto.INT64, [2], [-1, 108])])
keras = os.path.join(out, "keras-helper.onnx")
onnx.save(helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 13)]), keras)
x = rs.rand(2, 2, 8, 8).astype(np.float32).round(4)
y = ort.InferenceSession(keras).run(None, {"x": x.transpose(0, 2, 3, 1)})[0]
newest = onnx.load(keras); newest.ir_version = 14; newest.opset_import[0].version = 28
onnx.save(newest, keras)
reference("keras", x, y, ["keras-helper.onnx"])

# Models that must be refused with a message.
refused = {
    "train_dropout": (seq(conv(2, 3), nn.ReLU(), nn.Dropout(0.5), nn.Flatten(), nn.Linear(108, 3)), True),
    "train_bn": (seq(conv(2, 3), nn.BatchNorm2d(3), nn.ReLU()), True),
    "silu": (seq(conv(2, 3), nn.SiLU(), nn.Flatten(), nn.Linear(108, 3)), False),
    "gelu": (seq(conv(2, 3), nn.GELU(), nn.Flatten(), nn.Linear(108, 3)), False),
}
for name, (m, train) in refused.items():
    path = os.path.join(out, f"refused-{name}.onnx")
    m.train(train)
    torch.onnx.export(m, (torch.rand(1, *I),), path, dynamo="bn" not in name, external_data=False, input_names=["input"], output_names=["output"],
                      **({"training": torch.onnx.TrainingMode.TRAINING} if "bn" in name else {"verbose": False}))
    model = onnx.load(path); scrub(model); open(path, "wb").write(model.SerializeToString())

with open(os.path.join(out, "references.json"), "w") as f:
    f.write("{\n" + ",\n".join(f'"{k}": {json.dumps(v, separators=(",", ":"))}' for k, v in references.items()) + "\n}\n")
total = sum(os.path.getsize(os.path.join(out, p)) for p in os.listdir(out))
print(len(references), "modules,", len(os.listdir(out)), "files,", total, "bytes")
