#!/usr/bin/env python3
"""Compares nmsim's energy model `lemaire` with SpikingJelly's estimator (2.0.0, `estimate_lemaire_energy`).

    lemaire.py NMSIM

NMSIM: the binary. Three networks of integer weights run on the same random spikes in both: two dense layers, two
convolutions (one with a stride), a convolution with biases before a dense layer. Of three ANNs of such layers, converted from
ONNX, the ANN's side is compared. Ends with 0 where the joules of all agree to 1e-9, 1 where they do not, 2 where PyTorch,
SpikingJelly, onnx or safetensors are not installed.
"""
import json
import os
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy as np
    import onnx
    import torch
    from safetensors.numpy import save_file
    from spikingjelly.activation_based import functional, layer, neuron
    from spikingjelly.activation_based.op_counter.analytical_energy import LemaireEnergyConfig, estimate_lemaire_energy
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(2)


def fire():
    return neuron.IFNode(v_threshold=8.0, v_reset=None)


def networks(draw):
    """Name, input shape, modules, shapes of the populations, projections, biases of the first population."""
    yield ("dense", (20,), [layer.Linear(20, 30, bias=False), fire(), layer.Linear(30, 10, bias=False), fire()],
           [[30], [10]], [{"kind": "dense"}, {"kind": "dense"}], None)
    yield ("convolutions", (2, 9, 9),
           [layer.Conv2d(2, 6, 3, padding=1, bias=False), fire(),
            layer.Conv2d(6, 4, 3, stride=2, padding=1, bias=False), fire()],
           [[6, 9, 9], [4, 5, 5]], [{"kind": "conv2d", "padding": 1}, {"kind": "conv2d", "padding": 1, "stride": 2}], None)
    yield ("biases", (2, 9, 9),
           [layer.Conv2d(2, 5, 3), fire(), layer.Flatten(), layer.Linear(245, 7, bias=False), fire()],
           [[5, 7, 7], [7]], [{"kind": "conv2d"}, {"kind": "dense"}], draw.integers(1, 4, 5))


def compare(nmsim, folder, steps, draw, name, shape, modules, shapes, kinds, bias):
    net = torch.nn.Sequential(*modules)
    weighted = [m for m in modules if hasattr(m, "weight")]
    weights = [draw.integers(-3, 7, tuple(m.weight.shape)) for m in weighted]
    for module, values in zip(weighted, weights):
        module.weight.data = torch.tensor(values, dtype=torch.float32)
    if bias is not None:
        weighted[0].bias.data = torch.tensor(bias, dtype=torch.float32)
    functional.set_step_mode(net, "m")
    spikes = (draw.random((1, steps) + shape) < 0.3).astype(np.int32)
    with warnings.catch_warnings():
        # Flatten computes nothing.
        warnings.simplefilter("ignore")
        expected = estimate_lemaire_energy(
            net, torch.tensor(spikes[0][:, None], dtype=torch.float32), config=LemaireEnergyConfig(strict=False)
        ).total_pj
    network = {
        "format": "nmsim-network/1", "name": name, "tensors": "net.safetensors",
        "input": {"kind": "spikes", "coding": "events", "shape": list(shape)},
        "populations": [{"name": f"p{i}", "shape": s, "neuron": {"model": "if", "threshold": 8}} for i, s in enumerate(shapes)],
        "projections": [
            {"name": f"w{i}", "from": f"p{i - 1}" if i else "input", "to": f"p{i}", "weights": {"tensor": f"w{i}"}, **kind}
            for i, kind in enumerate(kinds)],
        "output": {"population": "p1", "readout": "spikes"},
    }
    if bias is not None:
        network["populations"][0]["bias"] = [float(b) for b in bias]
    save_file({f"w{i}": w.astype(np.int8) for i, w in enumerate(weights)}, os.path.join(folder, "net.safetensors"))
    np.save(os.path.join(folder, "input.npy"), spikes)
    with open(os.path.join(folder, "net.json"), "w") as file:
        json.dump(network, file)
    return same(name, execute(nmsim, folder, steps)["joulesPerInference"], expected)


def execute(nmsim, folder, steps):
    """The account of the spikes or images in the folder on its net.json."""
    run = ["run", "net.nmsim", "--input", "input.npy", "--ticks", str(steps), "--no-ann", "-q"]
    for line in (["compile", "net.json", "--chip", "ideal", "-q"], run):
        subprocess.run([nmsim] + line, cwd=folder, check=True)
    with open(os.path.join(folder, "run.json")) as file:
        return json.load(file)["energy"]["lemaire"]


def same(name, joules, expected):
    difference = joules * 1e12 / expected - 1
    print(f"{name}: nmsim {joules * 1e12:.6f} pJ, SpikingJelly {expected:.6f} pJ, relative difference {difference:.1e}")
    return abs(difference) <= 1e-9


def anns():
    """Name, input shape, modules."""
    yield "ANN, dense", (20,), [torch.nn.Linear(20, 30), torch.nn.ReLU(), torch.nn.Linear(30, 10, bias=False)]
    yield ("ANN, convolutions", (2, 9, 9),
           [torch.nn.Conv2d(2, 6, 3, padding=1, bias=False), torch.nn.ReLU(), torch.nn.Conv2d(6, 4, 3, stride=2, groups=2),
            torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(64, 5)])
    yield ("ANN, depthwise", (3, 8, 8),
           [torch.nn.Conv2d(3, 6, 5), torch.nn.ReLU(), torch.nn.Conv2d(6, 6, 3, padding=1, groups=6), torch.nn.ReLU(),
            torch.nn.Conv2d(6, 7, 1), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(112, 3)])


def compare_ann(nmsim, folder, draw, name, shape, modules):
    net = torch.nn.Sequential(*modules).eval()
    images = draw.random((4,) + shape, dtype=np.float32) + 0.5
    with warnings.catch_warnings():
        # Activations and Flatten compute nothing in the paper.
        warnings.simplefilter("ignore")
        expected = estimate_lemaire_energy(net, torch.tensor(images[:1]), config=LemaireEnergyConfig(strict=False)).total_pj
        torch.onnx.export(net, torch.tensor(images[:1]), os.path.join(folder, "net.onnx"), dynamo=False)
    np.save(os.path.join(folder, "input.npy"), images)
    line = [nmsim, "convert", "net.onnx", "--calibration", "input.npy", "-q", "--method", "max-norm"]
    subprocess.run(line, cwd=folder, check=True)
    return same(name, execute(nmsim, folder, 4)["ann"]["joulesPerInference"], expected)


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip())
        return 2
    draw = np.random.default_rng(0)
    nmsim = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        spiking = [compare(nmsim, folder, 6, draw, *network) for network in networks(draw)]
        return 0 if all(spiking + [compare_ann(nmsim, folder, draw, *network) for network in anns()]) else 1


if __name__ == "__main__":
    sys.exit(main())
