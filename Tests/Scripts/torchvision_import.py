#!/usr/bin/env python3
"""torchvision's networks, random weights, by both exporters: does nmsim take them, what does it give, how fast?

    python3 Tests/Scripts/torchvision_import.py NMSIM [NETWORK ...]

Needs torch, torchvision, onnx, onnxscript and onnxruntime; says so and ends where they are not there. A row for each file:
its size, the difference from onnxruntime over the largest output, processor time and peak memory of `nmsim evaluate` with one
sample, and the time of the evaluation itself as nmsim states it. Ends with status 1 if one is refused or beyond 1e-5.
"""
import os, re, resource, sys, tempfile, warnings

try:
    import numpy as np, onnxruntime as ort, torch, torchvision, onnxscript
except ImportError as error:
    print("skipped:", error)
    sys.exit(0)
warnings.filterwarnings("ignore")
ort.set_default_logger_severity(3)

NETWORKS = [
    "alexnet", "vgg11", "vgg11_bn", "vgg16", "vgg16_bn", "resnet18", "resnet34", "resnet50", "squeezenet1_1", "googlenet",
    "mobilenet_v2", "shufflenet_v2_x1_0", "densenet121", "inception_v3",
]


def network(name):
    """As after training: batch normalisation is no identity."""
    torch.manual_seed(0)
    more = {"aux_logits": False, "init_weights": True} if name in ("googlenet", "inception_v3") else {}
    model = getattr(torchvision.models, name)(weights=None, **more).eval()
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.1); part.running_var.uniform_(0.5, 1.5)
            part.weight.data.uniform_(0.5, 1.5); part.bias.data.normal_(0, 0.1)
    return model


def run(command, folder):
    """Status, what was printed, seconds of processor time, MiB at the peak."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.chdir(folder); os.dup2(write, 1); os.dup2(write, 2); os.close(read)
        os.execv(command[0], command)
    os.close(write)
    with os.fdopen(read) as pipe: text = pipe.read()
    _, status, usage = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


nmsim, failed = os.path.abspath(sys.argv[1]), 0
print(f"{'network':22}{'MiB':>6}{'difference':>12}{'CPU s':>8}{'peak MiB':>10}  evaluation")
for name in sys.argv[2:] or NETWORKS:
    for dynamo in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            model, size = network(name), 299 if name == "inception_v3" else 224
            x = torch.randn(1, 3, size, size)
            path = f"{folder}/m.onnx"
            torch.onnx.export(model, (x,), path, dynamo=dynamo, **({"verbose": False} if dynamo else {}))
            session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
            y = session.run(None, {session.get_inputs()[0].name: x.numpy()})[0]
            np.save(f"{folder}/x.npy", x.numpy()); np.save(f"{folder}/y.npy", y)
            files = sum(os.path.getsize(f"{folder}/{f}") for f in os.listdir(folder) if f.startswith("m.onnx"))
            command = [nmsim, "evaluate", "m.onnx", "--input", "x.npy", "--expect", "y.npy", "-o", "out.npy"]
            status, text, seconds, peak = run(command, folder)
            label = f"{name} {'dynamo' if dynamo else ''}"
            if status:
                failed += 1
                print(f"{label:22}{files >> 20:6}  status {status}: {text.strip().splitlines()[-1]}", flush=True)
                continue
            error = float(np.abs(np.load(f"{folder}/out.npy").reshape(y.shape) - y).max() / np.abs(y).max())
            failed += not error <= 1e-5
            taken = re.search(r"^time +([^,]*)", text, re.M)
            print(f"{label:22}{files >> 20:6}{error:12.1e}{seconds:8.2f}{peak:10}  {taken.group(1) if taken else ''}", flush=True)
sys.exit(1 if failed else 0)
