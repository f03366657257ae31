#!/usr/bin/env python3
"""torchvision's networks, random weights, by both exporters: does nmsim take them, what does it give, how fast?

    python3 Tests/Scripts/torchvision_import.py NMSIM [--run] [NETWORK ...]

Needs torch, torchvision, onnx, onnxscript and onnxruntime; says so and ends where they are not there. A row for each file:
its size, the difference from onnxruntime over the largest output, processor time and peak memory of `nmsim evaluate` with one
sample, and the time of the evaluation itself as nmsim states it. With `--run` a second row: wall time and peak memory of
convert (robust-norm, 4 random samples), compile for `ideal` and a run of one sample, 16 steps. Ends with status 1 if one is
refused or beyond 1e-5.
"""
import json, os, re, subprocess, sys, tempfile, time, warnings

# Starts the commands: a child of this process would count this one's memory as its own peak.
launcher = subprocess.Popen([sys.executable, "-c", """
import json, os, subprocess, sys
for line in sys.stdin:
    command, folder = json.loads(line)
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    print(json.dumps([os.waitstatus_to_exitcode(status), text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10]), flush=True)
"""], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

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
    launcher.stdin.write(json.dumps([command, folder]) + "\n"); launcher.stdin.flush()
    return json.loads(launcher.stdout.readline())


def all_the_way(nmsim, folder, size):
    """Rows of convert, compile and run; True if one fails."""
    np.save(f"{folder}/c.npy", np.random.default_rng(0).standard_normal((4, 3, size, size), dtype=np.float32))
    for command in (
        "convert m.onnx --method robust-norm --initial half --calibration c.npy -o m.json",
        "compile m.json --chip ideal -o m.nmsim", "run m.nmsim --input x.npy --steps 16 --no-ann -o r.json",
    ):
        start = time.monotonic()
        status, text, _, peak = run([nmsim] + command.split(), folder)
        said = f"{time.monotonic() - start:7.2f} s{peak:7} MiB" if status == 0 else f"status {status}: {text.strip().splitlines()[-1]}"
        print(f"  {command.split()[0]:20}{said}", flush=True)
        if status: return True
    return False


nmsim, failed = os.path.abspath(sys.argv[1]), 0
names = [name for name in sys.argv[2:] if name != "--run"]
print(f"{'network':22}{'MiB':>6}{'difference':>12}{'CPU s':>8}{'peak MiB':>10}  evaluation")
for name in names or NETWORKS:
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
            if "--run" in sys.argv: failed += all_the_way(nmsim, folder, size)
sys.exit(1 if failed else 0)
