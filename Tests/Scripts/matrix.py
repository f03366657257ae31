#!/usr/bin/env python3
"""Which chips take which networks: cores, chips and accuracy, or the refusal.

    Tests/Scripts/matrix.py NMSIM FOLDER [SAMPLES [CHIP,...]]

FOLDER has `models` and `data` as ../shared does. Each network is converted with `robust-norm --initial half` (LeakyReLU:
`aug-mapping`) for 32 steps, read by its potentials and, for chips that show spikes alone, by its spikes; then it is compiled for
every built-in chip (placed row by row) and, with SAMPLES above 0, run on so many test images. Where torchvision is installed its
ResNet-18 with random weights at 224 x 224 follows, compiled alone. Prints a table in Markdown and the refusals below it.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

MNIST = ["--input-scale", "1/255"]
CIFAR = ["--input-scale", "1/255", "--mean", "0.4914,0.4822,0.4465", "--std", "0.2470,0.2435,0.2616"]
NETWORKS = [
    ("mnist-mlp-leaky", "mnist", MNIST), ("mnist-cnn", "mnist", MNIST), ("fashion-cnn", "fashion", MNIST),
    ("fashion-cnn-qcfs", "fashion", MNIST), ("cifar-resnet20", "cifar10", CIFAR), ("cifar-vgg16", "cifar10", CIFAR),
]
CHIPS = ["ideal", "generic-45nm", "truenorth", "loihi", "loihi-sanafe", "loihi2", "spinnaker1", "spinnaker2", "dynapcnn", "odin"]

nmsim, folder = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
samples = int(sys.argv[3]) if len(sys.argv) > 3 else 0
if len(sys.argv) > 4:
    CHIPS = sys.argv[4].split(",")
DATA = {
    "mnist": ("mnist-train-images-idx3-ubyte.gz", "mnist-t10k-images-idx3-ubyte.gz"),
    "fashion": ("fashion-train-images-idx3-ubyte.gz", "fashion-t10k-images-idx3-ubyte.gz"),
    "cifar10": ("cifar10-calibration.bin", "cifar10-test.bin"),
}


def call(*arguments):
    """Standard output, or the refusal."""
    done = subprocess.run([nmsim, *map(str, arguments)], capture_output=True, text=True)
    return (done.stdout, None) if done.returncode == 0 else ("", done.stderr.strip().splitlines()[-1])


def row(name, nets, run):
    """Cells of a network by chip. `nets`: read by potentials, and by spikes; `run`: what gives the accuracy, or None."""
    cells = []
    for chip in CHIPS:
        text, refusal = call(
            "compile", nets[chip == "truenorth"], "--chip", chip, "--mapping", "row-major", "-o", place / "net.nmsim", "--json",
            "-", "--quiet")
        if refusal:
            refusals.append(f"{name}, {chip}: {refusal.split(': ', 2)[-1]}")
            cells.append("no")
            continue
        report = json.loads(text)
        cell = f"{len(report['cores']):,} on {report['chips']}"
        if run:
            text, _ = call("run", place / "net.nmsim", *run, "--json", "-", "--quiet", "--no-ann")
            cell += f", {json.loads(text)['accuracy'] * 100:.1f} %" if text else ""
        cells.append(cell)
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def resnet18(place):
    """ResNet-18 with random weights, normalised as after training, and random images; None without torchvision."""
    try:
        import numpy, torch, torchvision
    except ImportError as error:
        print(f"ResNet-18 skipped: {error}", file=sys.stderr)
        return None
    torch.manual_seed(0)
    model = torchvision.models.resnet18(weights=None).eval()
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.1), part.running_var.uniform_(0.5, 1.5)
            part.weight.data.uniform_(0.5, 1.5), part.bias.data.normal_(0, 0.1)
    torch.onnx.export(model, torch.randn(1, 3, 224, 224), str(place / "resnet18.onnx"), dynamo=False)
    numpy.save(place / "images.npy", numpy.random.default_rng(0).standard_normal((8, 3, 224, 224)).astype("float32"))
    return place / "resnet18.onnx", place / "images.npy"


def convert(model, readout, *arguments):
    net = place / f"{readout}.json"
    _, refusal = call("convert", model, "--readout", readout, "--steps", 32, *arguments, "-o", net, "--quiet")
    if refusal:
        sys.exit(refusal)
    return net


refusals = []
print("| network | " + " | ".join(CHIPS) + " |")
print("|---" * (len(CHIPS) + 1) + "|")
with tempfile.TemporaryDirectory() as place:
    place = pathlib.Path(place)
    for name, data, preprocessing in NETWORKS:
        calibration, test = (folder / "data" / file for file in DATA[data])
        method = ["aug-mapping"] if name.endswith("leaky") else ["robust-norm", "--initial", "half"]
        nets = [
            convert(
                folder / "models" / f"{name}.onnx", readout, "--method", *method, "--calibration", calibration,
                "--calibration-samples", 100, *preprocessing) for readout in ["potential", "spikes"]
        ]
        row(name, nets, ["--input", test, "--samples", samples] if samples else None)
    made = resnet18(place)
    if made:
        nets = [
            convert(made[0], readout, "--method", "robust-norm", "--initial", "half", "--calibration", made[1])
            for readout in ["potential", "spikes"]
        ]
        row("ResNet-18, 224 x 224", nets, None)
print()
print("\n".join(f"- {line}" for line in refusals))
