#!/usr/bin/env python3
"""Computes a run again from net.json alone, apart from nmsim: quantisation, neurons, max-pool gates and counts, written
with numpy after the rules in docs/net-json.md and ARCHITECTURE.md. Compares, exactly, predictions, the spikes, synaptic
operations and saturations of every population, Effective_ACs, Effective_MACs and Dense.

    recompute.py NET.json IMAGES RUN.json [--predictions RUN.csv] [--scale channel|population]

IMAGES: .npy, IDX (plain or .gz) or CIFAR-10 binary; the first samples are used, as many as the run has. The run is one
of the schedule 'windowed' or 'separated', on a chip with a threshold per neuron, a weight shift and no need for relays (generic-45nm,
ideal), without faults. Ends with 0 where all is equal, 1 and a line for each difference, 2 where it cannot compare.
"""
import argparse
import csv
import gzip
import json
import os
import struct
import sys

import numpy as np


def pair(value, default=1):
    value = default if value is None else value
    return (value, value) if isinstance(value, int) else tuple(value)


def sides(value):
    """Top, left, bottom, right."""
    if value is None or isinstance(value, int):
        return (value or 0,) * 4
    return (value[0], value[1]) * 2 if len(value) == 2 else tuple(value)


def read_safetensors(path):
    types = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I32": "<i4", "I16": "<i2", "I8": "i1"}
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            values = np.frombuffer(data[8 + length + start:8 + length + end], types[entry["dtype"]])
            tensors[name] = values.reshape(entry["shape"]).astype(np.float64)
    return tensors


def read_images(path, count):
    if path.endswith(".npy"):
        images = np.load(path)[:count]
        images = images[:, None] if images.ndim == 3 else images
    elif path.endswith(".bin"):
        images = np.fromfile(path, np.uint8).reshape(-1, 3073)[:count, 1:].reshape(-1, 3, 32, 32)
    else:
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
            data = file.read()
        number, height, width = struct.unpack(">III", data[4:16])
        images = np.frombuffer(data[16:], np.uint8).reshape(number, 1, height, width)[:count]
    return images.astype(np.float64)


class Windows:
    """The pooling windows of a projection over maps [..., H, W]: slices, one for each place in the window."""

    def __init__(self, pool, source):
        self.kernel, self.padding = pair(pool["kernel"]), sides(pool.get("padding"))
        stride = pair(pool.get("stride"), pool["kernel"])
        top, left, bottom, right = self.padding
        self.padded = (source[0], source[1] + top + bottom, source[2] + left + right)
        self.height = (self.padded[1] - self.kernel[0]) // stride[0] + 1
        self.width = (self.padded[2] - self.kernel[1]) // stride[1] + 1
        self.places = [
            (slice(y, y + stride[0] * (self.height - 1) + 1, stride[0]),
             slice(x, x + stride[1] * (self.width - 1) + 1, stride[1]))
            for y in range(self.kernel[0]) for x in range(self.kernel[1])]

    def pad(self, maps, value=0):
        top, left, bottom, right = self.padding
        return np.pad(maps, ((0, 0),) * (maps.ndim - 2) + ((top, bottom), (left, right)), constant_values=value)

    def total(self, maps):
        padded = self.pad(maps)
        return sum(padded[..., y, x] for y, x in self.places)

    def spread(self, cells):
        """For every neuron, the sum over the windows that it lies in."""
        maps = np.zeros(self.padded)
        for y, x in self.places:
            maps[..., y, x] += cells
        top, left, bottom, right = self.padding
        return maps[..., top:self.padded[1] - bottom, left:self.padded[2] - right]

    def winners(self, spikes, counts):
        """The spike of each window's neuron with the largest count; ties: the larger spike, then the lower index."""
        spikes, counts = self.pad(spikes), self.pad(counts, -np.inf)
        best, won = None, None
        for y, x in self.places:
            spike, count = spikes[..., y, x], counts[..., y, x]
            if best is None:
                best, won = count.copy(), spike.copy()
            else:
                better = (count > best) | ((count == best) & (spike > won))
                best, won = np.where(better, count, best), np.where(better, spike, won)
        return won


class Projection:
    def __init__(self, network, entry):
        self.name, self.source, self.target = entry["name"], entry["from"], entry["to"]
        self.kind, self.groups = entry["kind"], entry.get("groups", 1)
        self.stride, self.dilation = pair(entry.get("stride")), pair(entry.get("dilation"))
        self.delay = entry.get("delay")
        self.padding = sides(entry.get("padding"))
        self.to, source = network.shape[self.target], network.shape[self.source]
        self.pool = Windows(entry["pool"], source) if "pool" in entry else None
        self.is_max = self.pool is not None and entry["pool"]["kind"] == "max"
        has_period = self.source != "input" and "period" in network.neuron[self.source]
        self.counts = self.is_max and entry["pool"].get("gate", "winner" if has_period else "count") == "count"
        self.before = (source[0], self.pool.height, self.pool.width) if self.pool else source
        self.real = self.folded(network, entry)

    def folded(self, network, entry):
        """Weights in ANN units times the value of a spike and the share of an average pool."""
        value = entry.get("weights", 1.0)
        weights = network.tensors[value["tensor"]] if isinstance(value, dict) else np.asarray(value, np.float64)
        worth = network.spike_value(self.source)
        share = 1.0 if self.pool is None or self.is_max else 1.0 / (self.pool.kernel[0] * self.pool.kernel[1])
        channels = self.to[0]
        if self.kind == "identity":
            return np.broadcast_to(weights.ravel(), (channels,)) * worth[:, 0, 0] * share
        if self.kind == "dense":
            inside = self.before[1] * self.before[2]
            worth = np.repeat(worth[:, 0, 0], inside) if self.pool else worth.ravel()
            return weights * worth * share
        group = np.arange(channels) // (channels // self.groups)
        senders = group[:, None] * weights.shape[1] + np.arange(weights.shape[1])
        return weights * worth[:, 0, 0][senders][:, :, None, None] * share

    def taps(self):
        """For each tap of the kernel and group: tap, target channels, source channels, rows and columns."""
        inputs, outputs = self.before[0] // self.groups, self.to[0] // self.groups
        for y in range(self.real.shape[2]):
            for x in range(self.real.shape[3]):
                rows = slice(y * self.dilation[0], y * self.dilation[0] + self.stride[0] * (self.to[1] - 1) + 1,
                             self.stride[0])
                columns = slice(x * self.dilation[1], x * self.dilation[1] + self.stride[1] * (self.to[2] - 1) + 1,
                                self.stride[1])
                for g in range(self.groups):
                    targets, sources = slice(g * outputs, (g + 1) * outputs), slice(g * inputs, (g + 1) * inputs)
                    yield (y, x), targets, sources, rows, columns

    def deliver(self, weights, cells):
        """Weighted sums [batch, C, H, W] of pooled cells."""
        if self.kind == "identity":
            return cells * weights[:, None, None]
        if self.kind == "dense":
            return (cells.reshape(len(cells), -1) @ weights.T).reshape((-1,) + self.to)
        top, left, bottom, right = self.padding
        cells = np.pad(cells, ((0, 0), (0, 0), (top, bottom), (left, right)))
        sums = np.zeros((len(cells),) + self.to)
        for tap, targets, sources, rows, columns in self.taps():
            sums[:, targets] += np.einsum(
                "oc,bchw->bohw", weights[(targets, slice(None)) + tap], cells[:, sources, rows, columns], optimize=True)
        return sums

    def by_cell(self, weights):
        """For every pooled cell, the sum of `weights` over its synapses inside the map."""
        if self.kind == "identity":
            return np.broadcast_to(weights[:, None, None], self.before)
        if self.kind == "dense":
            return weights.sum(0).reshape(self.before)
        top, left, bottom, right = self.padding
        sums = np.zeros((self.before[0], self.before[1] + top + bottom, self.before[2] + left + right))
        for tap, targets, sources, rows, columns in self.taps():
            sums[sources, rows, columns] += weights[(targets, slice(None)) + tap].sum(0)[:, None, None]
        return sums[:, top:top + self.before[1], left:left + self.before[2]]


class Network:
    def __init__(self, path):
        with open(path) as file:
            self.json = json.load(file)
        folder = os.path.dirname(os.path.abspath(path))
        self.tensors = read_safetensors(os.path.join(folder, self.json["tensors"])) if "tensors" in self.json else {}
        self.populations = {entry["name"]: entry for entry in self.json["populations"]}
        self.neuron = {name: entry["neuron"] for name, entry in self.populations.items()}
        shapes = [("input", self.json["input"]["shape"])] + [(n, p["shape"]) for n, p in self.populations.items()]
        self.shape = {name: tuple(shape) if len(shape) == 3 else (shape[0], 1, 1) for name, shape in shapes}
        self.projections = [Projection(self, entry) for entry in self.json["projections"]]
        self.depth = {"input": -1}
        while len(self.depth) <= len(self.populations):
            for name in self.populations:
                sources = [p.source for p in self.projections if p.target == name]
                if all(source in self.depth for source in sources):
                    self.depth[name] = 1 + max(self.depth[source] for source in sources)
        self.order = sorted(self.populations, key=lambda name: self.depth[name])

    def values(self, value, name, default):
        """A parameter of every neuron, [C, H, W]."""
        value = default if value is None else value
        value = self.tensors[value["tensor"]] if isinstance(value, dict) else value
        value = np.array(value, np.float64).ravel()  # "infinity" is a number to numpy, too
        shape = self.shape[name]
        return np.array(np.broadcast_to(value.reshape(shape if value.size == np.prod(shape) else (-1, 1, 1)), shape))

    def biases(self, name):
        """The bias of every neuron by adding step, [T, C, H, W]; one step where all are alike."""
        value = self.populations[name].get("bias")
        if not isinstance(value, dict) or "byStep" not in value:
            return self.values(value, name, 0)[None]
        table = value["byStep"]
        if isinstance(table, dict):
            table = self.tensors[table["tensor"]] if "tensor" in table else np.reshape(table["values"], table["shape"])
        return np.asarray(table, np.float64).T[:, :, None, None] + np.zeros(self.shape[name])

    def negative(self, neuron, name):
        return self.values(neuron.get("negativeThreshold"), name, 0 if neuron["model"] == "signed" else -np.inf)

    def spike_value(self, name):
        if name == "input":
            return np.ones(self.shape[name])
        neuron = self.neuron[name]
        value = self.values(neuron.get("spikeValue", neuron.get("threshold")), name, 0)
        return np.where(np.isinf(value), 0, value)

    def quantise(self, bits, fraction, scale, membrane_bits):
        """Integers of every projection, weight shift applied, and of every population, by the contract's rules."""
        largest, self.integers, self.parameters = 2 ** (bits - 1) - 1, {}, {}
        for name, entry in self.populations.items():
            channels = self.shape[name][0]
            one_scale = scale == "population" or (
                self.json["output"]["population"] == name and self.json["output"].get("readout", "potential") == "potential"
                and self.json["output"].get("task") != "values")
            arriving = [p for p in self.projections if p.target == name]
            scales = np.array([np.abs(p.real).reshape(channels, -1).max(1) for p in arriving]) / largest
            if one_scale:
                scales = np.broadcast_to(scales.max(1, keepdims=True), scales.shape)
            unit = np.where(scales > 0, scales, np.inf).min(0)
            unit = np.where(np.isinf(unit), unit[np.isfinite(unit)].max(initial=0) or 1, unit)
            if scale is None and not one_scale:
                unit = self.held(unit, name, entry, fraction, membrane_bits)
            for projection, own in zip(arriving, scales):
                shift = np.maximum(0, np.ceil(np.log2(np.maximum(own, unit) / unit) - 1e-12))
                step = (unit * 2 ** shift).reshape((-1,) + (1,) * (projection.real.ndim - 1))
                self.integers[projection.name] = np.rint(projection.real / step) * (step / unit.reshape(step.shape))
            neuron, fine = entry["neuron"], unit[:, None, None] / 2 ** fraction
            self.parameters[name] = {
                "bias": np.rint(self.biases(name) / fine),
                "initial": np.rint(self.values(neuron.get("initial"), name, 0) / fine),
                "threshold": np.rint(self.values(neuron.get("threshold"), name, np.inf) / fine),
                "negative": np.rint(self.negative(neuron, name) / fine)}

    def held(self, unit, name, entry, fraction, membrane_bits):
        """Units; where the membrane does not hold a channel's parameters, the finest in which it does,
        with room for 32 of each (or 1,023 levels), at most the coarsest."""
        neuron = entry["neuron"]
        period, high = neuron.get("period", 1), 2 ** (membrane_bits - 1) - 1
        threshold = min((high - (1 if neuron.get("strict") else 0)) // 2 ** (period - 1), 2 ** 31 - 2)
        holds, finest = np.ones(len(unit), bool), np.zeros(len(unit))
        for value, most in (
                (neuron.get("threshold"), threshold), (neuron.get("negativeThreshold"), threshold),
                (np.abs(self.biases(name)).max(0), high), (neuron.get("initial"), high // 2 ** period if period > 1 else high)):
            value = np.abs(self.values(value, name, 0)) * 2 ** fraction
            most = max(most / 32, min(most, 1023.0 * 2 ** fraction))
            value = np.where(np.isinf(value), 0, value).reshape(len(unit), -1).max(1)
            holds &= np.rint(value / unit) <= most
            finest = np.maximum(finest, value / most if most > 0 else np.where(value > 0, np.inf, 0))
        return np.where(holds, unit, np.maximum(unit, np.minimum(finest, unit.max())))


class Execution:
    """A batch of samples, layer by layer; a layer adds for `lag` ticks before its first step, and fires as long at its end."""

    def __init__(self, network, images, membrane_bits, fraction, lag=0):
        self.network, self.batch, self.bits, self.lag = network, len(images), membrane_bits, lag
        # Where populations have lags of their own, the program's is the longest.
        populations = network.json["populations"]
        self.lags = {p["name"]: p.get("lag", network.json.get("lag", 0)) for p in populations if any("lag" in p for p in populations)}
        self.fraction = 2 ** fraction
        self.period = max(neuron.get("period", 0) for neuron in network.neuron.values())
        self.is_bistable = any(neuron["model"] == "bistable" for neuron in network.neuron.values())
        self.spikes, self.operations, self.saturations = ({name: 0 for name in network.order} for _ in range(3))
        self.accumulates = self.multiplies = self.dense = 0
        self.trains = {name: [] for name in network.order}
        self.counts = {}
        self.starts = {}
        for name in network.order:
            sources = [p.source for p in network.projections if p.target == name and p.source != "input"]
            self.starts[name] = max((self.starts[source] + self.lag_of(source) + 1 for source in sources), default=0)
        self.synapses = {p.name: p.by_cell(np.ones_like(p.real)) for p in network.projections}
        self.nonzero = {
            p.name: p.by_cell((network.integers[p.name] != 0).astype(float)) for p in network.projections}
        self.current = {name: np.zeros((self.batch,) + network.shape[name]) for name in network.order}
        for projection in network.projections:
            if projection.source == "input":
                self.encode(projection, images)
        for name in network.order:
            self.current[name] = np.rint(self.fraction * self.current[name] / 4096)
        members = 2 if self.is_bistable else 1
        unit = 2 ** self.period
        self.potential = {}
        for name in network.order:
            start = network.parameters[name]["initial"] * unit + np.zeros_like(self.current[name])
            self.potential[name] = [start] * members
        # Signed spikes sent, and the currents of those that have one.
        self.sent, self.turned = ({name: np.zeros_like(self.current[name]) for name in network.order} for _ in range(2))

    def lag_of(self, name):
        return 0 if self.network.neuron[name]["model"] in ("accumulator", "integrator") else self.lags.get(name, self.lag)

    def encode(self, projection, images):
        cells = images if projection.pool is None else (
            projection.pool.winners(images, images) if projection.is_max else projection.pool.total(images))
        self.current[projection.target] += projection.deliver(self.network.integers[projection.name], cells)
        if projection.is_max:
            self.multiplies += ((cells != 0) * self.nonzero[projection.name]).sum()
        else:
            spread = projection.pool.spread if projection.pool else lambda cells: cells
            self.multiplies += ((images != 0) * spread(self.nonzero[projection.name])).sum()
        self.dense += self.batch * self.total_synapses(projection)

    def total_synapses(self, projection):
        """Of one step in which nothing is skipped: a max-pool gate lets one neuron of a window through."""
        cells = self.synapses[projection.name]
        is_average = projection.pool is not None and not projection.is_max
        return (projection.pool.spread(cells) if is_average else cells).sum()

    def cells(self, projection, step):
        """What the source's spikes of a step come to in the (pooled) map that the weights see."""
        train = self.trains[projection.source][step]
        if projection.pool is None:
            return train
        if not projection.is_max:
            return projection.pool.total(train)
        counts = self.counts[projection.source]
        if not projection.counts:
            return projection.pool.winners(train, counts[step])
        largest = [projection.pool.winners(c, c) for c in counts[max(0, step - 1):step + 1]]
        return largest[-1] - (largest[0] if step > 0 else 0)

    def arrivals(self, projection, step):
        """Weighted sums that reach the target at its local step `step`."""
        depth = self.network.depth
        wait = 0
        if self.network.neuron[projection.source]["model"] == "bistable":
            wait = self.period * (depth[projection.target] - depth[projection.source] - 1)
        if projection.delay is not None:
            source, target = projection.source, projection.target
            wait = self.starts[source] + self.lag_of(source) + projection.delay - self.starts[target]
        if not 0 <= step - wait < len(self.trains[projection.source]):
            return 0
        return projection.deliver(self.network.integers[projection.name], self.cells(projection, step - wait))

    def account(self, projection, step):
        """Counts the operations of the source's spikes of a step, also of those that arrive when all is over."""
        is_average = projection.pool is not None and not projection.is_max
        spread = projection.pool.spread if is_average else lambda cells: cells
        spikes = self.cells(projection, step) if projection.is_max else self.trains[projection.source][step]
        self.operations[projection.target] += int(((spikes != 0) * spread(self.synapses[projection.name])).sum())
        self.accumulates += int((np.abs(spikes) * spread(self.nonzero[projection.name])).sum())

    def count(self, name, spikes, step):
        """What max-pool gates compare, this step included."""
        phase = step % self.period if self.period else 0
        weight = 2 ** (self.period - 1 - phase) if self.period else 1
        before = self.counts.setdefault(name, [])
        is_new = not before or (self.is_bistable and phase == 0)
        before.append(spikes * weight + (0 if is_new else before[-1]))

    def saturate(self, name, potential):
        held = np.clip(potential, -(2 ** (self.bits - 1)), 2 ** (self.bits - 1) - 1)
        self.saturations[name] += int((held != potential).sum())
        return held

    def update(self, name, step, lag, adds):
        """A tick of the window; the spikes of the first `lag` ticks are none."""
        neuron, values = self.network.neuron[name], self.network.parameters[name]
        # What is added, and what fires after the lag, have phases of their own.
        adding, lift = (2 ** (self.period - 1 - max(0, at) % self.period) if self.period else 1 for at in (step, step - lag))
        sums = np.zeros_like(self.current[name])
        for projection in self.network.projections:
            if adds and projection.target == name and projection.source != "input":
                sums = sums + self.arrivals(projection, step) * self.fraction
        if adds and not (self.is_bistable and step // self.period < self.network.depth[name]):
            sums = sums + values["bias"][step if len(values["bias"]) > 1 else 0] + self.current[name]
        members = self.potential[name]
        if neuron["model"] in ("switch", "integrator"):
            # Up to the tick in which the neuron may first fire, its current acts.
            if step <= lag or neuron["model"] == "integrator":
                direct = values["bias"][0] + self.current[name] if adds else 0
                self.turned[name] = self.saturate(name, self.turned[name] + sums - direct)
                members[0] = self.saturate(name, members[0] + self.turned[name] + direct)
            if neuron["model"] == "integrator" or step < lag:
                return np.zeros_like(sums)
            on = (members[0] >= values["threshold"]).astype(float)
            members[0] = members[0] - np.where(on > 0, values["threshold"], 0)
            spikes = on - self.sent[name]
            self.sent[name] = on
            return spikes
        integrating = step // self.period % 2 if self.is_bistable and neuron["model"] == "bistable" else 0
        firing = 1 - integrating if neuron["model"] == "bistable" else integrating
        if neuron["model"] == "lif":
            members[0] = members[0] - np.floor(members[0] / 2 ** neuron["leakShift"])
        members[integrating] = self.saturate(name, members[integrating] + sums * adding)
        if neuron["model"] == "accumulator" or step < lag:
            return np.zeros_like(sums)
        if neuron["model"] == "signed":
            up = members[0] >= values["threshold"]
            down = ~up & (members[0] < values["negative"]) & (self.sent[name] > 0)
            spikes = up.astype(float) - down
            members[0] = members[0] - np.where(spikes == 0, 0, spikes * values["threshold"])
            self.sent[name] += spikes
            return spikes
        spikes, members[firing] = self.fire(neuron, members[firing], values, lift)
        return spikes

    @staticmethod
    def fire(neuron, potential, values, lift):
        threshold, negative = values["threshold"] * lift, values["negative"] * lift
        most = {"augmented": neuron.get("maximumPayload", np.inf)}.get(neuron["model"], 1)
        by = np.where(np.isinf(threshold), 1, threshold)
        reaches = potential >= threshold + (1 if neuron.get("strict") else 0)
        up = np.where(reaches, np.minimum(most, np.floor(potential / by)), 0)
        if neuron["model"] in ("if", "lif", "phase", "bistable"):
            up = reaches.astype(float)
        by_negative = np.where(np.isinf(negative), -1, negative)
        down = np.where(~reaches & (potential <= negative), np.minimum(most, np.floor(potential / by_negative)), 0)
        if neuron.get("reset") == "hard":
            return up, np.where(reaches, 0, potential)
        return up - down, potential - up * np.where(reaches, by, 0) - down * by_negative

    def run(self, steps):
        output = self.network.json["output"]
        for name in self.network.order:
            lag = self.lag_of(name)
            for tick in range(steps + lag):
                spikes = self.update(name, tick, lag, tick < steps)
                if name == output["population"] and tick == steps - 1:
                    read = self.potential[name][0]
                if tick < lag:
                    continue
                self.spikes[name] += int((spikes != 0).sum())
                self.trains[name].append(spikes)
                self.count(name, spikes, tick - lag)
                for projection in self.network.projections:
                    if projection.source == name:
                        self.account(projection, tick - lag)
        if output.get("readout") == "spikes":
            read = sum(self.trains[output["population"]])
        inner = [p for p in self.network.projections if p.source != "input"]
        self.dense += self.batch * steps * sum(self.total_synapses(p) for p in inner)
        return read.reshape(self.batch, -1).argmax(1)


def preprocessed(network, images):
    rule = network.json["input"].get("preprocessing", {})
    mean, deviation = (np.reshape(rule.get(key, none), (1, -1, 1, 1)) for key, none in (("mean", 0.0), ("std", 1.0)))
    values = (images.reshape((-1,) + network.shape["input"]) * rule.get("scale", 1) - mean) / deviation
    values = np.clip(values, *network.json["input"].get("calibratedRange", (-np.inf, np.inf)))
    return np.clip(np.rint(values * 4096), -(2 ** 23), 2 ** 23 - 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("network", "images", "result"):
        parser.add_argument(name)
    parser.add_argument("--predictions")
    parser.add_argument("--scale", choices=["channel", "population"])
    arguments = parser.parse_args()
    with open(arguments.result) as file:
        result = json.load(file)
    program = result["program"]
    if program["schedule"] == "continuous" or "faults" in result:
        print("recompute: only runs in windows and without faults can be compared", file=sys.stderr)
        return 2
    network = Network(arguments.network)
    network.quantise(program["weightBits"], program["fractionBits"], arguments.scale, program["membraneBits"])
    images = preprocessed(network, read_images(arguments.images, result["samples"]))
    execution = Execution(network, images, program["membraneBits"], program["fractionBits"], program.get("lag", 0))
    answers = execution.run(result["ticks"])

    found = []
    for entry in result["populations"]:
        for key, counted in (("spikes", execution.spikes), ("synapticOperations", execution.operations),
                             ("saturations", execution.saturations)):
            found.append((f"{entry['name']} {key}", entry[key], counted[entry["name"]]))
    for key, value in (("Effective_ACs", execution.accumulates), ("Effective_MACs", int(execution.multiplies)),
                       ("Dense", int(execution.dense))):
        found.append((key, result["totals"][key], value))
    if arguments.predictions:
        with open(arguments.predictions) as file:
            theirs = [int(row["prediction"]) for row in csv.DictReader(file)]
        found.append(("predictions", theirs, answers.tolist()))
    differences = [entry for entry in found if entry[1] != entry[2]]
    for name, theirs, ours in differences:
        print(f"{name}: nmsim {theirs}, computed again {ours}")
    if not differences:
        print(f"equal: {len(found)} figures of {result['samples']} samples, {result['ticks']} steps")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
