#!/usr/bin/env python3
"""Constant against Poisson input, over the steps (Ding et al. 2021, figure 3, and the Poisson rows of the papers' baselines).

    input_coding.py NMSIM SHARED [SAMPLES]

NMSIM: the binary; SHARED: the folder with models and data. mnist-cnn is converted by methods that take a Poisson input as
published, with constant currents and with Bernoulli spikes, and run on SAMPLES (1,000) test images for 256 steps. Prints a
table: accuracy after so many steps, spikes of the layers and of the input, and how far the rates of the last hidden layer
are from their final ones (K of the paper).
"""
import json
import os
import subprocess
import sys
import tempfile

METHODS = ["max-norm", "spike-norm", "rmp", "rate-norm", "channel-balance"]
SHOWN = [1, 2, 4, 8, 16, 32, 64, 128, 256]


def measure(nmsim, folder, shared, samples, method, coding):
    data = os.path.join(shared, "data")
    net, program, run = (os.path.join(folder, method + end) for end in (".json", ".nmsim", ".run.json"))
    lines = [
        ["compile", net, "--chip", "ideal", "-o", program] + (["--input-coding", coding] if coding != "current" else []),
        ["run", program, "--input", os.path.join(data, "mnist-t10k-images-idx3-ubyte.gz"), "--samples", samples,
         "--ticks", "256", "--no-ann", "--json", run],
    ]
    if not os.path.exists(net):
        model = os.path.join(shared, "models", "mnist-cnn.onnx")
        calibration = os.path.join(data, "mnist-train-images-idx3-ubyte.gz")
        lines.insert(0, ["convert", model, "--method", method, "--calibration", calibration, "--input-scale", "1/255",
                         "--steps", "256", "-o", net])
    for line in lines:
        subprocess.run([nmsim] + line + ["-q"], check=True)
    with open(run) as file:
        result = json.load(file)
    spikes = {p["name"]: p["spikes"] / result["samples"] for p in result["populations"]}
    own = spikes.pop("input", 0)
    details = result["details"]
    distance = dict(zip(details["steps"], details["populations"][-1]["distance"]))
    return result["accuracyByStep"], sum(spikes.values()), own, distance


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__.strip())
        return 2
    nmsim, shared = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    samples = sys.argv[3] if len(sys.argv) == 4 else "1000"
    print("| method | input | " + " | ".join(f"T = {t}" for t in SHOWN) + " | spikes | of the input | K at 16, 64 |")
    print("|" + "---|" * (len(SHOWN) + 5))
    with tempfile.TemporaryDirectory() as folder:
        for method in METHODS:
            for coding, name in (("current", "constant"), ("bernoulli", "Poisson")):
                accuracies, spikes, own, k = measure(nmsim, folder, shared, samples, method, coding)
                cells = [f"{100 * accuracies[t - 1]:.1f}" for t in SHOWN]
                print(f"| {method} | {name} | " + " | ".join(cells)
                      + f" | {spikes / 1e3:.1f} k | {own / 1e3:.1f} k | {k[16]:.3g}, {k[64]:.3g} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
