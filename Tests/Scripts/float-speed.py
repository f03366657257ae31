#!/usr/bin/env python3
"""The float ANN beside onnxruntime: seconds of both in turn, on two threads.

    python3 Tests/Scripts/float-speed.py NMSIM [SHARED] [--old NMSIM] [--rounds N]

32 images through ResNet-18 at 224x224 (torchvision, random weights, where torch and torchvision are installed), and where
SHARED (../shared) has data and models: 1,000 CIFAR images through ResNet-20, and `convert --method robust-norm` on as many.
Of nmsim the whole process counts, of onnxruntime its runs alone, in one batch, without spinning threads. Prints medians of
wall time and processor time and their ratios, and the largest difference of the outputs. Needs numpy and onnxruntime.
"""
import argparse, os, subprocess, sys, tempfile, time, warnings

try:
    import numpy as np, onnxruntime as ort
except ImportError as error:
    print("skipped:", error)
    sys.exit(0)
warnings.filterwarnings("ignore")
ort.set_default_logger_severity(3)
parser = argparse.ArgumentParser()
parser.add_argument("nmsim"), parser.add_argument("shared", nargs="?", default="../shared")
parser.add_argument("--old"), parser.add_argument("--rounds", type=int, default=5)
arguments = parser.parse_args()
THREADS = 2
MEAN, STD = [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]
CIFAR = ["--input-scale", "1/255", "--mean", ",".join(map(str, MEAN)), "--std", ",".join(map(str, STD))]


def resnet18(folder):
    import torch, torchvision
    torch.manual_seed(0)
    model = torchvision.models.resnet18(weights=None).eval()
    x = torch.randn(32, 3, 224, 224)
    torch.onnx.export(model, (x[:1],), f"{folder}/resnet18.onnx", dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "n"}})
    np.save(f"{folder}/x.npy", x.numpy())
    return f"{folder}/resnet18.onnx", x.numpy(), ["--input", f"{folder}/x.npy"]


def resnet20(_):
    model, data = f"{arguments.shared}/models/cifar-resnet20.onnx", f"{arguments.shared}/data/cifar10-test.bin"
    raw = np.fromfile(data, np.uint8, 1000 * 3073).reshape(1000, 3073)[:, 1:].reshape(1000, 3, 32, 32)
    x = (raw / 255 - np.reshape(MEAN, (1, 3, 1, 1))) / np.reshape(STD, (1, 3, 1, 1))
    return model, x.astype(np.float32), ["--input", data, "--samples", "1000", *CIFAR]


def timed(command):
    """Seconds of wall time and of processor time."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return time.perf_counter() - start, after[2] + after[3] - before[2] - before[3]


def compare(name, runs):
    """Runs all in turn; the ratio is to the last."""
    times = {label: [] for label in runs}
    for _ in range(arguments.rounds):
        for label, run in runs.items(): times[label].append(run())
    medians = {label: np.median(np.array(values), axis=0) for label, values in times.items()}
    base = list(medians.values())[-1]
    for label, median in medians.items():
        ratio = f"   {median[0] / base[0]:.2f} and {median[1] / base[1]:.2f} times" if len(runs) > 1 else ""
        print(f"{name:28}{label:12} wall {median[0]:.3f} s, processor {median[1]:.3f} s{ratio}", flush=True)


programs = {"nmsim": arguments.nmsim, **({"old nmsim": arguments.old} if arguments.old else {})}
with tempfile.TemporaryDirectory() as folder:
    for name, make in [("ResNet-18, 32 images", resnet18), ("ResNet-20, 1,000 images", resnet20)]:
        try: model, x, data = make(folder)
        except (ImportError, FileNotFoundError) as error:
            print(f"skipped {name}: {error}")
            continue
        options = ort.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        feed = {session.get_inputs()[0].name: x}

        def reference():
            start, processor = time.perf_counter(), time.process_time()
            session.run(None, feed)
            return time.perf_counter() - start, time.process_time() - processor

        y = session.run(None, feed)[0]
        evaluate = ["evaluate", model, *data, "--threads", str(THREADS), "-q"]
        compare(name, {
            **{label: (lambda program=program: timed([program, *evaluate])) for label, program in programs.items()},
            "onnxruntime": reference})
        subprocess.run([arguments.nmsim, *evaluate, "-o", f"{folder}/y.npy"], check=True)
        difference = np.abs(np.load(f"{folder}/y.npy").reshape(y.shape) - y).max() / np.abs(y).max()
        print(f"{name:28}difference {difference:.1e} of the largest output")
    calibration = f"{arguments.shared}/data/cifar10-calibration.bin"
    if os.path.exists(calibration):
        convert = ["convert", f"{arguments.shared}/models/cifar-resnet20.onnx", "--method", "robust-norm", *CIFAR, "--calibration",
                   calibration, "--calibration-samples", "1000", "-o", f"{folder}/net.json", "-q"]
        compare("robust-norm, 1,000 images", {
            label: (lambda program=program: timed([program, *convert])) for label, program in programs.items()})
    else:
        print(f"skipped robust-norm: {calibration} is not there")
