#!/usr/bin/env python3
"""Compares spikes of networks in snnTorch, Norse, Sinabs and SpikingJelly with those of nmsim, from the NIR files that these
write themselves.

    nir_frameworks.py NMSIM

Small networks with random weights and biases, feed-forward and recurrent, run on random spikes: in the framework in floats, in nmsim
with 16-bit weights and 2 fraction bits. Decays are multiples of 1/4096, which both hold. A line for each says how many spikes of the last layer differ; 1 where more do than
1 in 200, which rounding at a threshold may cost. A framework that is not installed is named and left out.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np

warnings.filterwarnings("ignore")
STEPS, SAMPLES = 120, 4


def nmsim_trains(nmsim, graph, spikes, options, folder):
    """Spikes of the output by sample, tick and neuron, and the output's counts."""
    import nir
    nir.write(f"{folder}/model.nir", graph)
    np.save(f"{folder}/x.npy", spikes.astype(np.uint8))
    for line in (["convert", "model.nir", *options, "-o", "net.json", "-q"],
                 ["compile", "net.json", "--chip", "ideal", "--weight-bits", "16", "--membrane-bits", "32", "--fraction-bits", "2",
                  "-o", "net.nmsim", "-q"],
                 ["run", "net.nmsim", "--input", "x.npy", "--ticks", str(spikes.shape[1]), "--trace", "traces", "--trace-samples",
                  str(len(spikes)), "--outputs", "out.npy", "-o", "run.json", "-q"]):
        done = subprocess.run([nmsim, *line], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{line[0]}: {done.stderr.strip()}")
    with open(f"{folder}/net.json") as file:
        network = json.load(file)
    output = network["output"]["population"]
    shape = next(p["shape"] for p in network["populations"] if p["name"] == output)
    found = np.zeros((len(spikes), spikes.shape[1] + 16, int(np.prod(shape))), int)
    with open(f"{folder}/run.json") as file:
        ticks = json.load(file)["ticksPerInference"]
    with open(f"{folder}/traces/spikes.csv") as file:
        for row in csv.DictReader(file):
            population, neuron = row["neuron"].rsplit(".", 1)
            if population == output:
                found[int(row["sample"]), int(row["timestep"]) - int(row["sample"]) * ticks, int(neuron)] += 1
    return found, np.load(f"{folder}/out.npy").reshape(len(spikes), -1) * spikes.shape[1]


def differing(trains, counts, expected):
    """Spikes that differ, and the first tick of the last layer's step 0."""
    if expected.max() > 1:
        return int(np.abs(counts.round() - expected.sum(1)).sum()), 0
    steps = expected.shape[1] - 8
    return min((int(np.abs(trains[:, t:t + steps] - expected[:, :steps]).sum()), t) for t in range(8))


def snntorch_networks(torch):
    import snntorch as snn
    from snntorch.export_nir import export_to_nir
    linear, full = torch.nn.Linear, torch.full

    class Net(torch.nn.Module):
        """Resets as NIR has them, right after the spike: snnTorch's own come a step later, some with the step's input."""

        def __init__(self, *layers):
            super().__init__()
            self.layers = torch.nn.ModuleList(layers)

        def forward(self, x, states=None):
            states = states or [None] * len(self.layers)
            for i, layer in enumerate(self.layers):
                if isinstance(layer, linear):
                    x = layer(x)
                    continue
                recurs = isinstance(layer, (snn.RLeaky, snn.RSynaptic))
                state = states[i] or [torch.zeros_like(x)] * (recurs + (2 if isinstance(layer, (snn.Synaptic, snn.RSynaptic)) else 1))
                x, *state = layer(x, *state)
                state[-1] = state[-1] * (1 - x)
                states[i] = [x] * recurs + state
            return x, states

    def neurons(kind, count, *decays, **more):
        # Its exporter wants a value for each neuron.
        return kind(*(full((count,), decay) for decay in decays), threshold=full((count,), 1.0), reset_mechanism="none", **more)

    cases = {
        "Leaky": [linear(6, 8), neurons(snn.Leaky, 8, 0.875), linear(8, 4), neurons(snn.Leaky, 4, 0.8125)],
        "Synaptic": [linear(6, 8), neurons(snn.Synaptic, 8, 0.75, 0.875), linear(8, 4), neurons(snn.Synaptic, 4, 0.8125, 0.84375)],
        "RLeaky": [linear(6, 8), neurons(snn.RLeaky, 8, 0.875, linear_features=8), linear(8, 4), neurons(snn.Leaky, 4, 0.8125)],
        "RSynaptic": [linear(6, 8), neurons(snn.RSynaptic, 8, 0.75, 0.875, linear_features=8), linear(8, 4),
                      neurons(snn.Synaptic, 4, 0.8125, 0.84375)],
        "RSynaptic, one to one": [linear(6, 8), neurons(snn.RSynaptic, 8, 0.75, 0.875, all_to_all=False, V=torch.rand(8)), linear(8, 4),
                                  neurons(snn.Leaky, 4, 0.8125)],
    }
    for name, layers in cases.items():
        network = Net(*layers)

        def run(x):
            state, out = None, []
            for step in x.unbind(1):
                y, state = network(step, state)
                out.append(y)
            return torch.stack(out, 1)
        yield name, (6,), network, run, lambda: export_to_nir(network, torch.zeros(1, 6), ignore_dims=[0]), ["--dt", "1e-4"]


def norse_networks(torch):
    import norse.torch as norse
    from norse.torch.utils.export_nir import to_nir
    linear = torch.nn.Linear
    box = lambda n: norse.LIFBoxParameters(tau_mem_inv=torch.full((n,), 200.0), v_th=torch.full((n,), 0.3), v_leak=torch.zeros(n))
    for name, layers in {
        "LIFBoxCell": [linear(6, 8), norse.LIFBoxCell(box(8)), linear(8, 4), norse.LIFBoxCell(box(4))],
    }.items():
        network = norse.SequentialState(*layers)

        def run(x):
            state, out = None, []
            for step in x.unbind(1):
                y, state = network(step, state)
                out.append(y)
            return torch.stack(out, 1)
        yield name, (6,), network, run, lambda: to_nir(network, torch.zeros(1, 6)), ["--dt", "1e-6"]


def sinabs_networks(torch):
    import sinabs.layers as sl
    from sinabs.nir import to_nir
    iaf = lambda: sl.IAFSqueeze(batch_size=1, min_v_mem=-1.0)

    def whole(graph):
        # Its exporter leaves the shapes of maps to the package nir.
        graph.infer_types()
        return graph

    conv = torch.nn.Conv2d
    for name, shape, layers in (
            ("IAF", (6,), [torch.nn.Linear(6, 8), iaf(), torch.nn.Linear(8, 4), iaf()]),
            ("IAF, convolutions and pools", (2, 8, 8),
             [conv(2, 4, 3, padding=1), iaf(), sl.SumPool2d(2), conv(4, 4, 3), iaf(), torch.nn.Flatten(), torch.nn.Linear(16, 4), iaf()])):
        network = torch.nn.Sequential(*layers)

        def run(x):
            out = []
            for sample in x:
                for layer in network:
                    if hasattr(layer, "reset_states"):
                        layer.reset_states()
                out.append(network(sample))
            return torch.stack(out)
        yield (name, shape, network, run, lambda: whole(to_nir(network, torch.zeros(1, *shape))),
               ["--reset", "soft", "--multiple-spikes", "--floor", "-1"])


def spikingjelly_networks(torch):
    from spikingjelly.activation_based import functional, layer, neuron, nir_exchange
    for name, make in {"LIFNode": lambda: neuron.LIFNode(tau=2.5, decay_input=False), "IFNode": lambda: neuron.IFNode(),
                       "LIFNode, decaying input": lambda: neuron.LIFNode(tau=1.5, v_threshold=0.3)}.items():
        network = torch.nn.Sequential(layer.Linear(6, 8), make(), layer.Linear(8, 4), make())

        def run(x):
            functional.reset_net(network)
            return torch.stack([network(step) for step in x.unbind(1)], 1)
        yield name, (6,), network, run, lambda: nir_exchange.export_to_nir(network, torch.zeros(1, 6)), ["--dt", "1e-4"]


def main():
    nmsim = os.path.abspath(sys.argv[1])
    import torch
    failed = False
    for framework, networks in (("snnTorch", snntorch_networks), ("Norse", norse_networks), ("Sinabs", sinabs_networks),
                                ("SpikingJelly", spikingjelly_networks)):
        torch.manual_seed(1)
        try:
            for name, shape, network, run, export, options in networks(torch):
                for parameter in network.parameters():
                    if parameter.ndim > 1:
                        parameter.data.mul_(2.5)
                spikes = (np.random.default_rng(3).random((SAMPLES, STEPS) + shape) < 0.3).astype(np.float32)
                with torch.no_grad():
                    expected = run(torch.from_numpy(spikes)).numpy().reshape(SAMPLES, STEPS, -1).round().astype(int)
                    graph = export()
                with tempfile.TemporaryDirectory() as folder:
                    wrong, ticks = differing(*nmsim_trains(nmsim, graph, spikes, options, folder), expected)
                total = int(expected.sum())
                failed = failed or wrong * 200 > total or total < 50
                print(f"{framework:13}{name:30}{total:6} spikes, {wrong} differ, step 0 at tick {ticks}", flush=True)
        except ImportError as error:
            print(f"{framework:13}not installed: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
