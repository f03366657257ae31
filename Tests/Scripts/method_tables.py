#!/usr/bin/env python3
"""Measure every conversion method on trained networks and print the tables of docs/methods.md.

    swift build -c release
    Tests/Scripts/method_tables.py --models FOLDER --data FOLDER [--only mnist-cnn] [--samples N] [--work FOLDER]

FOLDER of models holds the ONNX files named below, FOLDER of data the MNIST, Fashion-MNIST and CIFAR-10 files in their
standard binary forms. Every row is converted, compiled for `ideal` and run at every number of steps by itself, so that
events and accumulates are of exactly that many steps. Results are kept as JSON in the work folder; a repeated call
measures only what is missing. Needs Python 3.9 and nothing else.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

GREY = ["--input-scale", "1/255"]
COLOUR = GREY + ["--mean", "0.4914,0.4822,0.4465", "--std", "0.2470,0.2435,0.2616"]
MNIST = ("mnist-train-images-idx3-ubyte.gz", "mnist-t10k-images-idx3-ubyte.gz", GREY)
FASHION = ("fashion-train-images-idx3-ubyte.gz", "fashion-t10k-images-idx3-ubyte.gz", GREY)
CIFAR = ("cifar10-calibration.bin", "cifar10-test.bin", COLOUR)

OWN = GREY + ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"]
OTHERS = ("cifar10-calibration.bin", "cifar10-test.bin", OWN)

RATES = [2, 4, 8, 16, 32, 64]
FEW = [2, 4, 8, 16, 32]
# Methods for few steps; {T}: converted anew for each number of steps. A lag is below the steps.
FEWER = [
    ("robust-norm, V(0) = th/2", ["robust-norm", "--initial", "half"], FEW),
    ("mmse", ["mmse", "--steps", "{T}"], FEW),
    ("mmse, initial", ["mmse", "--calibrate", "initial", "--steps", "{T}"], FEW),
    ("mmse, weights, initial", ["mmse", "--calibrate", "weights,initial", "--steps", "{T}"], FEW),
    ("mmse, weights, bias by step, lag 1", ["mmse", "--calibrate", "weights,bias-by-step", "--lag", "1", "--steps", "{T}"], FEW),
    ("mmse, signed, bias", ["mmse", "--neuron", "signed", "--calibrate", "bias", "--steps", "{T}"], FEW),
    ("mmse, count, weights, initial", ["mmse", "--neuron", "count", "--calibrate", "weights,initial", "--steps", "{T}"], FEW),
    ("mmse, count, weights, bias by step",
     ["mmse", "--neuron", "count", "--calibrate", "weights,bias-by-step", "--steps", "{T}"], FEW),
    ("mmse, count up to 8, weights, bias by step",
     ["mmse", "--neuron", "count", "--max-count", "8", "--calibrate", "weights,bias-by-step", "--steps", "{T}"], FEW[:2]),
    ("mmse, count up to 2, weights, bias by step, lag 1",
     ["mmse", "--neuron", "count", "--max-count", "2", "--calibrate", "weights,bias-by-step", "--lag", "1", "--steps", "{T}"], FEW),
    ("mmse, phase", ["mmse", "--neuron", "phase", "--steps", "{T}"], FEW[:4]),
    ("mmse, phase, weights, initial", ["mmse", "--neuron", "phase", "--calibrate", "weights,initial", "--steps", "{T}"], FEW[:4]),
    ("robust-norm, separated", ["robust-norm", "--schedule", "separated", "--steps", "{T}"], FEW),
    ("robust-norm, switch", ["robust-norm", "--neuron", "switch", "--steps", "{T}"], FEW),
    ("ttfs", ["ttfs", "--steps", "{T}"], FEW[:4]),
]
# name: (data, default samples, [(row, options, steps)]); steps: a number, or with a number of samples of its own.
NETWORKS = {
    "mnist-cnn": (MNIST, 10000, [
        ("max-norm", ["max-norm"], RATES),
        ("robust-norm", ["robust-norm"], RATES),
        ("robust-norm, V(0) = th/2", ["robust-norm", "--initial", "half"], RATES),
        ("channel-norm", ["channel-norm"], RATES),
        ("channel-norm, V(0) = th/2", ["channel-norm", "--initial", "half"], RATES),
        ("spike-norm", ["spike-norm", "--steps", "64"], RATES),
        ("rmp, alpha 0.8", ["rmp", "--steps", "64"], RATES),
        ("channel-balance, literal", ["channel-balance", "--literal", "--steps", "64"], RATES),
        ("channel-balance, literal, alpha 0.6", ["channel-balance", "--literal", "--alpha", "0.6", "--steps", "64"], RATES),
        ("channel-balance, literal, alpha 0.4", ["channel-balance", "--literal", "--alpha", "0.4", "--steps", "64"], RATES),
        ("channel-balance", ["channel-balance", "--steps", "64"], RATES),
        ("channel-balance, hard reset", ["channel-balance", "--reset", "hard", "--steps", "64"], RATES),
        ("rate-norm", ["rate-norm"], RATES),
        ("rate-norm, p by layer", ["rate-norm", "--p", "layer"], RATES),
        ("ic-snn, calibrated at 8", ["ic-snn", "--steps", "8"], RATES),
        ("ic-snn, V(0) = th/2", ["ic-snn", "--steps", "8", "--initial", "half"], RATES),
        ("weighted-spikes, K = 8", ["weighted-spikes", "--period", "8"], [4, 8, 16, 32]),
        ("ter-mapping", ["ter-mapping"], RATES),
        ("aug-mapping", ["aug-mapping"], RATES),
        ("bsnn, K = 10", ["bsnn", "--period", "10"], [30, 35, 40]),
        ("bsnn, K = 8", ["bsnn", "--period", "8"], [24]),
        ("bsnn, K = 6", ["bsnn", "--period", "6"], [18]),
        ("bsnn, K = 4", ["bsnn", "--period", "4"], [12]),
    ]),
    "mnist-cnn-leaky": (MNIST, 10000, [
        ("ter-mapping", ["ter-mapping"], [16, 32, 64, 128, 750]),
        ("aug-mapping", ["aug-mapping"], [2, 4, 8, 12, 16, 64]),
        ("aug-mapping, M 4", ["aug-mapping", "--max-count", "4"], [8, 64]),
        ("aug-mapping, M 1", ["aug-mapping", "--max-count", "1"], [8, 64]),
    ]),
    "mnist-mlp-leaky": (MNIST, 10000, [
        ("ter-mapping", ["ter-mapping"], [16, 32, 64, 128, 750]),
        ("aug-mapping", ["aug-mapping"], [4, 8, 16, 23, 46]),
    ]),
    "fashion-cnn": (FASHION, 10000, [
        ("robust-norm", ["robust-norm"], [4, 8, 16, 32, 64, 512]),
        ("robust-norm, V(0) = th/2", ["robust-norm", "--initial", "half"], [4, 8, 16, 32, 64, 512]),
        ("channel-norm, V(0) = th/2", ["channel-norm", "--initial", "half"], [4, 8, 16, 32, 64, 512]),
        ("channel-balance, literal", ["channel-balance", "--literal", "--steps", "64"], [4, 8, 16, 32, 64, 512]),
        ("channel-balance, literal, alpha 0.6", ["channel-balance", "--literal", "--alpha", "0.6", "--steps", "64"], [4, 8, 16, 32, 64, 512]),
        ("channel-balance", ["channel-balance", "--steps", "64"], [4, 8, 16, 32, 64, 512]),
        ("rate-norm", ["rate-norm"], [4, 8, 16, 32, 64, 512]),
        ("bsnn, K = 10", ["bsnn", "--period", "10"], [30, 40]),
    ]),
    "fashion-net4-leaky": (FASHION, 10000, [
        ("ter-mapping", ["ter-mapping"], [64, 128, 220, (1000, 1000), (2900, 1000)]),
        ("aug-mapping", ["aug-mapping"], [8, 16, 32, 64, 128, 220]),
    ]),
    "few/cifar-resnet20": (CIFAR, 1000, FEWER),
    "few/public/resnet20-akamaster": (OTHERS, 1000, FEWER),
    "few/cifar-vgg16": (CIFAR, 1000, FEWER),
    "few/fashion-cnn": (FASHION, 10000, FEWER),
    "few/fashion-cnn-qcfs": (FASHION, 10000, [("trained", ["trained", "--steps", "{T}"], FEW)] + FEWER),
    "cifar-resnet20": (CIFAR, 1000, [
        ("max-norm", ["max-norm"], [32, 64, 128, 256]),
        ("robust-norm", ["robust-norm"], [32, 64, 128, 256]),
        ("robust-norm, V(0) = th/2", ["robust-norm", "--initial", "half"], [8, 16, 32, 64, 128, 256]),
        ("channel-norm", ["channel-norm"], [32, 64, 128, 256]),
        ("channel-norm, V(0) = th/2", ["channel-norm", "--initial", "half"], [8, 16, 32, 64, 128, 256]),
        ("spike-norm", ["spike-norm", "--steps", "128"], [32, 64, 128, 256]),
        ("rmp, alpha 0.8", ["rmp", "--steps", "128"], [32, 64, 128, 256]),
        ("spike-norm, calibrated at 1,024", ["spike-norm", "--steps", "1024", "--calibration-samples", "50"],
         [(1024, 100), (4096, 100), (16384, 100)]),
        ("channel-balance", ["channel-balance", "--steps", "128"], [32, 64, 128, 256]),
        ("channel-balance, V(0) = th/2", ["channel-balance", "--initial", "half", "--steps", "128"], [32, 64, 128, 256]),
        ("rate-norm", ["rate-norm"], [32, 64, 128, 256]),
        ("ic-snn, calibrated at 32", ["ic-snn", "--steps", "32"], [8, 16, 32, 64, 128, 256]),
        ("ter-mapping", ["ter-mapping"], [32, 64, 128, 256]),
        ("aug-mapping", ["aug-mapping"], [8, 16, 32, 64, 128, (256, 200)]),
        ("aug-mapping, V(0) = th/2", ["aug-mapping", "--initial", "half"], [8, 16, 32, 64]),
        ("weighted-spikes, K = 8", ["weighted-spikes", "--period", "8"], [32, 64, 128, 256]),
        ("bsnn, K = 10", ["bsnn", "--period", "10"], [200, 210]),
        ("bsnn, K = 10, 16-bit weights", ["bsnn", "--period", "10", "--weight-bits", "16"], [200, 210]),
    ]),
}


def shell(arguments, folder):
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"exit {done.returncode}")
    return done


def measure(tool, models, data, name, options, steps, threads):
    """Steps: number to samples."""
    if "{T}" in options:
        found = {}
        for step, samples in steps.items():
            own = [str(step) if option == "{T}" else option for option in options]
            found |= measure(tool, models, data, name, own, {step: samples}, threads)
        return found
    (calibration, test, preprocessing), _, _ = NETWORKS[name]
    options = list(options)
    compile_options = []
    if "--weight-bits" in options:
        at = options.index("--weight-bits")
        compile_options = options[at:at + 2]
        del options[at:at + 2]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        shell([tool, "convert", os.path.join(models, name.removeprefix("few/") + ".onnx"), "--method", *options, *preprocessing,
               "--calibration", os.path.join(data, calibration), "-q"], folder)
        shell([tool, "compile", "net.json", "--chip", "ideal", "-q", *compile_options], folder)
        for step, samples in steps.items():
            shell([tool, "run", "--ticks", str(step), "--input", os.path.join(data, test), "--samples", str(samples),
                   "--threads", str(threads), "--json", "run.json", "-q"], folder)
            with open(os.path.join(folder, "run.json")) as file:
                run = json.load(file)
            found[str(step)] = {
                "accuracy": run["accuracy"], "events": run["totals"]["spikes"] / samples,
                "accumulates": run["totals"]["Effective_ACs"] / samples, "samples": samples,
                "additions": run["totals"]["additions"] / samples,
                "ann": (run.get("ann") or {}).get("accuracyOnTheseSamples"), "ticks": run.get("ticksPerInference"),
                "saturations": sum(population["saturations"] for population in run["populations"]),
            }
    return found


def amount(value):
    for limit, unit, scale in ((1e6, "M", 1e6), (1e3, "k", 1e3)):
        if value >= limit:
            return f"{value / scale:.3g} {unit}" if value / scale < 100 else f"{value / scale:.0f} {unit}"
    return f"{value:.0f}"


def table(rows, steps, samples):
    """A star marks cells of another number of samples than the table's."""
    print("| method | " + " | ".join(f"T = {step}" for step in steps) + " |")
    print("|---|" + "---|" * len(steps))
    for row, found in rows:
        cells = []
        for step in steps:
            cell = found.get(str(step))
            if cell is None:
                cells.append("")
            else:
                mark = "*" if cell["samples"] != samples else ""
                cells.append(
                    f"{cell['accuracy'] * 100:.2f}{mark} ({amount(cell['events'])}, {amount(cell['accumulates'])})")
        print(f"| {row} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=".build/release/nmsim")
    parser.add_argument("--models", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--only", action="append")
    parser.add_argument("--samples", type=int)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--work", default="method-tables")
    arguments = parser.parse_args()
    tool, models, data = (os.path.abspath(path) for path in (arguments.tool, arguments.models, arguments.data))
    os.makedirs(arguments.work, exist_ok=True)
    for name, (_, standard, rows) in NETWORKS.items():
        if arguments.only and name not in arguments.only:
            continue
        path = os.path.join(arguments.work, name.replace("/", "-") + ".json")
        kept = {}
        if os.path.exists(path):
            with open(path) as file:
                kept = json.load(file)
        for row, options, steps in rows:
            wanted = dict(step if isinstance(step, tuple) else (step, standard) for step in steps)
            missing = {step: arguments.samples or samples for step, samples in wanted.items()
                       if str(step) not in kept.get(row, {})}
            if not missing:
                continue
            try:
                found = measure(tool, models, data, name, options, missing, arguments.threads)
            except RuntimeError as error:
                print(f"{name}, {row}: {error}", file=sys.stderr)
                continue
            kept.setdefault(row, {}).update(found)
            with open(path + ".part", "w") as file:
                json.dump(kept, file, indent=1)
            os.replace(path + ".part", path)
            print(f"{name}, {row}: " + ", ".join(f"T={k} {v['accuracy']:.4f}" for k, v in found.items()), file=sys.stderr)
        print(f"\n### {name}\n")
        numbers = {step[0] if isinstance(step, tuple) else step for _, _, steps in rows for step in steps}
        table([(row, kept.get(row, {})) for row, _, _ in rows], sorted(numbers), arguments.samples or standard)


if __name__ == "__main__":
    main()
