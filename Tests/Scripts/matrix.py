#!/usr/bin/env python3
"""Which chips take which networks: cores, chips and accuracy, or the refusal.

    Tests/Scripts/matrix.py NMSIM FOLDER [SAMPLES]

FOLDER has `models` and `data` as ../shared does. Each network is converted with `robust-norm --initial half` (LeakyReLU:
`aug-mapping`) for 32 steps, read by its potentials and, for chips that show spikes alone, by its spikes; then it is compiled for
every built-in chip (placed row by row) and, with SAMPLES above 0, run on so many test images. Prints a table in Markdown and the
refusals below it.
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
DATA = {
    "mnist": ("mnist-train-images-idx3-ubyte.gz", "mnist-t10k-images-idx3-ubyte.gz"),
    "fashion": ("fashion-train-images-idx3-ubyte.gz", "fashion-t10k-images-idx3-ubyte.gz"),
    "cifar10": ("cifar10-calibration.bin", "cifar10-test.bin"),
}


def call(*arguments):
    """Standard output, or the refusal."""
    done = subprocess.run([nmsim, *map(str, arguments)], capture_output=True, text=True)
    return (done.stdout, None) if done.returncode == 0 else ("", done.stderr.strip().splitlines()[-1])


refusals = []
print("| network | " + " | ".join(CHIPS) + " |")
print("|---" * (len(CHIPS) + 1) + "|")
with tempfile.TemporaryDirectory() as place:
    place = pathlib.Path(place)
    for name, data, preprocessing in NETWORKS:
        calibration, test = (folder / "data" / file for file in DATA[data])
        method = ["aug-mapping"] if name.endswith("leaky") else ["robust-norm", "--initial", "half"]
        for readout in ["potential", "spikes"]:
            _, refusal = call(
                "convert", folder / "models" / f"{name}.onnx", "--method", *method, "--steps", 32,
                "--calibration", calibration, "--calibration-samples", 100, "--readout", readout, *preprocessing, "-o",
                place / f"{readout}.json", "--quiet")
            if refusal:
                sys.exit(refusal)
        cells = []
        for chip in CHIPS:
            net = place / ("spikes.json" if chip == "truenorth" else "potential.json")
            text, refusal = call(
                "compile", net, "--chip", chip, "--mapping", "row-major", "-o", place / "net.nmsim", "--json", "-", "--quiet")
            if refusal:
                refusals.append(f"{name}, {chip}: {refusal.split(': ', 2)[-1]}")
                cells.append("no")
                continue
            report = json.loads(text)
            cell = f"{len(report['cores']):,} on {report['chips']}"
            if samples:
                run, _ = call(
                    "run", place / "net.nmsim", "--input", test, "--samples", samples, "--json", "-", "--quiet", "--no-ann")
                cell += f", {json.loads(run)['accuracy'] * 100:.1f} %" if run else ""
            cells.append(cell)
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
print()
print("\n".join(f"- {line}" for line in refusals))
