"""Cross-check of the `neurobench` member of a run.json against the package neurobench.

    python3 neurobench_check.py net.json run.json inputs.npy labels.npy

Reads a network of integer weights (dense and conv2d, `if` populations, an accumulator, average pools) as net.json has it,
runs it in PyTorch step by step, lets neurobench's own metrics watch, and compares their figures with those in the run's
result. Prints one line a figure and ends with status 1 where one differs. Needs torch, snntorch and neurobench.
"""
import importlib
import json
import math
import sys
import types

import torch


def imported(name, attribute):
    """A metric's class, from its own file: the packages around it import every data set's dependencies."""
    try:
        return getattr(importlib.import_module(name), attribute)
    except ImportError:
        root = importlib.import_module("neurobench").__path__[0]
        parts = name.split(".")[1:]
        for depth in range(1, len(parts)):
            package = "neurobench." + ".".join(parts[:depth])
            if package not in sys.modules:
                module = types.ModuleType(package)
                module.__path__ = ["/".join([root] + parts[:depth])]
                sys.modules[package] = module
        return getattr(importlib.import_module(name), attribute)


def tensor_of(weights):
    if isinstance(weights, dict):
        return torch.tensor(weights["values"], dtype=torch.float64).reshape(weights["shape"])
    return torch.tensor(weights, dtype=torch.float64)


class IntegrateAndFire(torch.nn.Module):
    """v += x; where v >= threshold: a spike, v -= threshold. Without a threshold the potential is the output."""

    def __init__(self, threshold):
        super().__init__()
        self.threshold = threshold
        self.v = None

    def forward(self, x):
        self.v = x if self.v is None else self.v + x
        if self.threshold is None:
            return self.v
        spikes = (self.v >= self.threshold).to(x.dtype)
        self.v = self.v - spikes * self.threshold
        return spikes


class Chain(torch.nn.Module):
    """Populations one after the other, as the file lists them."""

    def __init__(self, network):
        super().__init__()
        self.connections = torch.nn.ModuleList()
        self.neurons = torch.nn.ModuleList()
        self.pools = torch.nn.ModuleList()
        source = "input"
        self.shape = network["input"]["shape"]
        for population in network["populations"]:
            projection = next(p for p in network["projections"] if p["to"] == population["name"])
            assert projection["from"] == source, "a chain"
            source = population["name"]
            pool = projection.get("pool")
            assert pool is None or pool["kind"] == "average", "no max pooling"
            self.pools.append(torch.nn.AvgPool2d(pool["kernel"], pool["stride"]) if pool else torch.nn.Identity())
            # Before integer weights nmsim's pool adds up without dividing.
            area = pool["kernel"][0] * pool["kernel"][1] if pool else 1
            weights = tensor_of(projection["weights"]) * area
            if projection["kind"] == "conv2d":
                layer = torch.nn.Conv2d(
                    weights.shape[1], weights.shape[0], tuple(weights.shape[2:]), stride=projection.get("stride", 1),
                    padding=projection.get("padding", 0), bias=False)
            else:
                layer = torch.nn.Linear(weights.shape[1], weights.shape[0], bias=False)
            layer.weight.data = weights
            self.connections.append(layer)
            self.neurons.append(IntegrateAndFire(population["neuron"].get("threshold")))

    def forward(self, x):
        for pool, layer, neurons in zip(self.pools, self.connections, self.neurons):
            x = pool(x)
            x = neurons(layer(x.flatten(1) if isinstance(layer, torch.nn.Linear) else x))
        return x


def main(paths):
    import numpy

    network = json.load(open(paths[0]))
    run = json.load(open(paths[1]))
    images = torch.tensor(numpy.load(paths[2]), dtype=torch.float64)[: run["samples"]]
    labels = torch.tensor(numpy.load(paths[3]).astype("int64"))[: run["samples"]]

    Model = imported("neurobench.models.neurobench_model", "NeuroBenchModel")
    net = Chain(network)

    class Watched(Model):
        def __call__(self, data):
            for neurons in net.neurons:
                neurons.v = None
            for _ in range(run["ticks"]):
                output = net(data)
            return output.argmax(1)

        def __net__(self):
            return net

    model = Watched()

    # The potential of the accumulator is no activation.
    class Firing(IntegrateAndFire):
        pass

    for neurons in net.neurons:
        if neurons.threshold is not None:
            neurons.__class__ = Firing
    model.activation_modules = [Firing]
    model.register_hooks()
    data = (images.reshape([-1] + net.shape), labels)
    with torch.no_grad():
        # Sample by sample: a pooled value between 0 and 1 makes multiply-accumulates of a whole batch.
        counter = imported("neurobench.metrics.workload.synaptic_operations", "SynapticOperations")()
        for index in range(len(labels)):
            sample = (data[0][index : index + 1], labels[index : index + 1])
            model.reset_hooks()
            operations = counter(model, model(sample[0]), sample)
        model.reset_hooks()
        predictions = model(data[0])
        activations = imported("neurobench.metrics.workload.activation_sparsity", "ActivationSparsity")()(
            model, predictions, data)
        accuracy = imported("neurobench.metrics.workload.classification_accuracy", "ClassificationAccuracy")()(
            model, predictions, data)
    connections = imported("neurobench.metrics.static.connection_sparsity", "ConnectionSparsity")()(model)
    # Its footprint is of the module's own element types: here those that the chip stores.
    stored = torch.nn.Module()
    kind = {8: torch.int8, 16: torch.int16}[run["program"]["weightBits"]]
    for index, layer in enumerate(net.connections):
        stored.register_buffer(f"weight{index}", layer.weight.to(kind))
        # Threshold, bias and initial potential of the population, one each, in membrane width.
        stored.register_buffer(f"population{index}", torch.zeros(3, dtype=torch.int32))
    holder = types.SimpleNamespace(__net__=lambda: stored)
    footprint = imported("neurobench.metrics.static.footprint", "Footprint")()(holder)

    ours = run["neurobench"]
    rows = [
        ("Footprint", ours["Footprint"], footprint, 0),
        # It rounds to four decimals.
        ("ConnectionSparsity", ours["ConnectionSparsity"], connections, 5.1e-5),
        ("ActivationSparsity", ours["ActivationSparsity"], activations, 1e-12),
        ("ClassificationAccuracy", ours["ClassificationAccuracy"], accuracy, 1e-6),
    ] + [(key, ours["SynapticOperations"][key], operations[key], 1e-9) for key in ("Effective_MACs", "Effective_ACs", "Dense")]
    failed = False
    for name, mine, theirs, tolerance in rows:
        equal = mine is not None and math.isclose(mine, theirs, rel_tol=tolerance, abs_tol=tolerance)
        failed = failed or not equal
        print(f"{name}: nmsim {mine}, neurobench {theirs}{'' if equal else '  DIFFERENT'}")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("usage: neurobench_check.py net.json run.json inputs.npy labels.npy")
    sys.exit(main(sys.argv[1:]))
