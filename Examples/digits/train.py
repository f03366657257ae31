#!/usr/bin/env python3
"""Trains the bundled example and writes net.json, net.safetensors, test-images.npy and test-labels.npy beside itself.

    python3 -m venv venv && venv/bin/pip install numpy scikit-learn && venv/bin/python train.py
    venv/bin/python train.py --check       only simulates the files that are there

A residual convolutional network for the 8x8 optical digits, in plain numpy (scikit-learn only brings the data):

    input [1,8,8] -> conv1 3x3, 16 -> conv2 3x3, 16 (+ identity shortcut from conv1) -> average pool 2
                  -> conv3 3x3, 40 -> average pool 2 -> output, dense 10

Every convolution has batch normalisation, folded into its weights and bias at the end, and a ReLU. Thresholds of the
spiking network are the 99.9th percentile of each layer's non-zero activations on the training images (robust
normalisation, Rueckauer et al. 2017), initial potentials half of that. The last part of the script steps the spiking
network in numpy, in float and with 8-bit weights, and prints its accuracy after every step that matters.

Deterministic on one machine: one thread, every random number from SEED. Another processor or another BLAS may round
differently and end in slightly different weights; the committed files are the reference.
"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # Before numpy is loaded: summation order depends on the number of threads.

import argparse
import json
import pathlib
import struct
import time

import numpy as np

SEED = 2024
TEST, VALIDATION = 400, 200  # Of 1,797 images; validation is taken from the 1,397 that are not test images.
CHANNELS = (16, 16, 40)
EPOCHS, BATCH, RATE, DECAY = 80, 64, 0.1, 1e-3
SMOOTHING = 0.05
LEVELS = 16  # Training adds the uniform noise of activations that have this many levels.
PERCENTILE = 99.9
FIRST, STEPS = 32, 200  # Between these the spiking network has to be as good as the ANN.
CANDIDATES = 3


# ------------------------------------------------------------------------------------------------------------------
# Data


def load():
    """Images [1797, 8, 8] uint8, 0...16, and labels [1797] uint8, in the order of the package."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    return digits.images.astype(np.uint8), digits.target.astype(np.uint8)


def split(labels, count, random):
    """Indices of a stratified sample of `count` labels, and of the rest; both ascending."""
    quota = np.bincount(labels) * count / len(labels)
    take = np.floor(quota).astype(int)
    for label in np.argsort(take - quota, kind="stable")[: count - take.sum()]:  # Largest remainders first.
        take[label] += 1
    chosen = np.concatenate(
        [random.permutation(np.flatnonzero(labels == label))[:n] for label, n in enumerate(take)]
    )
    chosen.sort()
    return chosen, np.setdiff1d(np.arange(len(labels)), chosen)


def augment(images, random):
    """Random shifts up to a pixel, turns, stretches, contrast and noise; `images` [N, 8, 8] in 0...1."""
    n = len(images)
    angle = random.uniform(-0.15, 0.15, n)
    zoom = random.uniform(0.88, 1.12, (2, n))
    shear = random.uniform(-0.15, 0.15, n)
    shift = random.uniform(-0.9, 0.9, (2, n))
    y, x = np.meshgrid(np.arange(8) - 3.5, np.arange(8) - 3.5, indexing="ij")
    sine, cosine = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    u = (cosine * y - sine * x) * zoom[0][:, None, None] + shift[0][:, None, None] + 3.5
    v = (sine * y + cosine * x) * zoom[1][:, None, None] + shear[:, None, None] * y + shift[1][:, None, None] + 3.5
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    u, v = np.clip(u + 2, 0, 10.999), np.clip(v + 2, 0, 10.999)
    top, left = u.astype(int), v.astype(int)
    down, right = u - top, v - left
    rows = np.arange(n)[:, None, None]
    moved = (1 - down) * ((1 - right) * padded[rows, top, left] + right * padded[rows, top, left + 1])
    moved += down * ((1 - right) * padded[rows, top + 1, left] + right * padded[rows, top + 1, left + 1])
    moved *= random.uniform(0.85, 1.15, (n, 1, 1))
    moved += random.normal(0, 0.03, moved.shape)
    return np.clip(moved, 0, 1).astype(np.float32)


# ------------------------------------------------------------------------------------------------------------------
# Layers. Activations are [N, H, W, C] here (channels last make a convolution one matrix product); files are [C, H, W].


def patches(x):
    """The 3x3 neighbourhood of every pixel, zero padded: [N * H * W, 9 * C]."""
    n, h, w, c = x.shape
    padded = np.zeros((n, h + 2, w + 2, c), x.dtype)
    padded[:, 1:-1, 1:-1] = x
    columns = np.empty((n, h, w, 9, c), x.dtype)
    for k in range(9):
        columns[:, :, :, k] = padded[:, k // 3 : k // 3 + h, k % 3 : k % 3 + w]
    return columns.reshape(n * h * w, 9 * c)


def unpatch(gradient, shape):
    """The adjoint of `patches`."""
    n, h, w, c = shape
    columns = gradient.reshape(n, h, w, 9, c)
    padded = np.zeros((n, h + 2, w + 2, c), gradient.dtype)
    for k in range(9):
        padded[:, k // 3 : k // 3 + h, k % 3 : k % 3 + w] += columns[:, :, :, k]
    return padded[:, 1:-1, 1:-1]


def pool(x):
    """2x2 average pooling."""
    return 0.25 * (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2])


def unpool(gradient):
    """The adjoint of `pool`."""
    return 0.25 * gradient.repeat(2, axis=1).repeat(2, axis=2)


class Model:
    """The network in training: convolution weights [9 * C_in, C_out], batch normalisation, dense [4 * C, 10]."""

    def __init__(self, random):
        inputs = (1,) + CHANNELS[:2]
        self.p = {}
        self.statistics = {}
        for layer, (c, k) in enumerate(zip(inputs, CHANNELS), 1):
            self.p[f"w{layer}"] = random.normal(0, np.sqrt(2 / (9 * c)), (9 * c, k)).astype(np.float32)
            self.p[f"gamma{layer}"] = np.ones(k, np.float32)
            self.p[f"beta{layer}"] = np.zeros(k, np.float32)
            self.statistics[layer] = (np.zeros(k, np.float32), np.ones(k, np.float32))
        size = 4 * CHANNELS[2]
        self.p["w4"] = random.normal(0, np.sqrt(1 / size), (size, 10)).astype(np.float32)
        self.p["b4"] = np.zeros(10, np.float32)

    def convolve(self, layer, x):
        """Convolution and batch normalisation with the batch's own statistics."""
        columns = patches(x)
        z = columns @ self.p[f"w{layer}"]
        mean, variance = z.mean(0), z.var(0)
        old = self.statistics[layer]
        self.statistics[layer] = (0.9 * old[0] + 0.1 * mean, 0.9 * old[1] + 0.1 * variance)
        inverse = 1 / np.sqrt(variance + 1e-5)
        normal = (z - mean) * inverse
        y = normal * self.p[f"gamma{layer}"] + self.p[f"beta{layer}"]
        return y.reshape(x.shape[:3] + (-1,)), (columns, normal, inverse, x.shape)

    def convolve_back(self, layer, gradient, saved, gradients):
        columns, normal, inverse, shape = saved
        g = gradient.reshape(normal.shape)
        gradients[f"gamma{layer}"] = (g * normal).sum(0)
        gradients[f"beta{layer}"] = g.sum(0)
        g = g * self.p[f"gamma{layer}"]
        g = inverse * (g - g.mean(0) - normal * (g * normal).mean(0))
        gradients[f"w{layer}"] = columns.T @ g
        return unpatch(g @ self.p[f"w{layer}"].T, shape) if layer > 1 else None

    def activate(self, z, random):
        """ReLU, limited at the 99.9th percentile as an IF neuron limits it, with the noise of a spike count."""
        a = np.maximum(z, 0)
        top = np.percentile(a[a > 0], PERCENTILE)
        step = top / LEVELS
        noise = random.random(a.shape, dtype=np.float32) - 0.5
        live = (z > 0) & (z < top)
        return np.clip(np.where(z > -0.5 * step, a + step * noise, 0), 0, top).astype(np.float32), live

    def step(self, images, labels, random):
        """Loss and gradients of one batch, `images` [N, 8, 8]."""
        n = len(images)
        z1, saved1 = self.convolve(1, images[..., None])
        a1, live1 = self.activate(z1, random)
        z2, saved2 = self.convolve(2, a1)
        a2, live2 = self.activate(z2 + a1, random)
        z3, saved3 = self.convolve(3, pool(a2))
        a3, live3 = self.activate(z3, random)
        flat = pool(a3).reshape(n, -1)
        z = flat @ self.p["w4"] + self.p["b4"]
        z -= z.max(1, keepdims=True)
        odds = np.exp(z)
        odds /= odds.sum(1, keepdims=True)
        target = np.full((n, 10), SMOOTHING / 10, np.float32)
        target[np.arange(n), labels] += 1 - SMOOTHING
        g = (odds - target) / n
        gradients = {"w4": flat.T @ g, "b4": g.sum(0)}
        g = unpool((g @ self.p["w4"].T).reshape(n, 2, 2, -1)) * live3
        g = unpool(self.convolve_back(3, g, saved3, gradients)) * live2
        g = (self.convolve_back(2, g, saved2, gradients) + g) * live1
        self.convolve_back(1, g, saved1, gradients)
        return -(target * np.log(odds + 1e-9)).sum() / n, gradients

    def calibrate(self, images):
        """Batch normalisation statistics over all of `images`, layer by layer, without noise."""
        x = images[..., None]
        for layer in (1, 2, 3):
            z = patches(x) @ self.p[f"w{layer}"]
            mean, variance = z.mean(0), z.var(0)
            self.statistics[layer] = (mean, variance)
            y = (z - mean) / np.sqrt(variance + 1e-5) * self.p[f"gamma{layer}"] + self.p[f"beta{layer}"]
            y = y.reshape(x.shape[:3] + (-1,))
            x = np.maximum(y + x if layer == 2 else y, 0)
            if layer == 2:
                x = pool(x)

    def folded(self):
        """Weights and biases with batch normalisation folded in, still channels last."""
        net = {}
        for layer in (1, 2, 3):
            mean, variance = self.statistics[layer]
            factor = self.p[f"gamma{layer}"] / np.sqrt(variance + 1e-5)
            net[f"w{layer}"] = self.p[f"w{layer}"] * factor
            net[f"b{layer}"] = self.p[f"beta{layer}"] - mean * factor
        net["w4"], net["b4"] = self.p["w4"].copy(), self.p["b4"].copy()
        return net


def train(images, labels, random, log=lambda line: None):
    """SGD with Nesterov momentum and a cosine rate; returns the folded network of a running mean of the weights."""
    model = Model(random)
    speed = {name: np.zeros_like(value) for name, value in model.p.items()}
    mean = None
    per_epoch = len(images) // BATCH
    total = EPOCHS * per_epoch
    now = 0
    for epoch in range(EPOCHS):
        order = random.permutation(len(images))
        losses = []
        for batch in range(per_epoch):
            chosen = order[batch * BATCH : (batch + 1) * BATCH]
            rate = RATE * 0.5 * (1 + np.cos(np.pi * now / total)) * min(1, (now + 1) / 50)
            loss, gradients = model.step(augment(images[chosen], random), labels[chosen], random)
            losses.append(loss)
            for name, gradient in gradients.items():
                if name.startswith("w"):
                    gradient = gradient + DECAY * model.p[name]
                speed[name] = 0.9 * speed[name] + gradient
                model.p[name] = (model.p[name] - rate * (gradient + 0.9 * speed[name])).astype(np.float32)
            now += 1
        if epoch >= EPOCHS * 3 // 4:  # The mean over the last quarter is steadier than any single epoch.
            count = epoch - EPOCHS * 3 // 4
            mean = {k: v.copy() if mean is None else (mean[k] * count + v) / (count + 1) for k, v in model.p.items()}
        if epoch % 10 == 9:
            log(f"  epoch {epoch + 1}: loss {np.mean(losses):.4f}")
    model.p = {name: value.astype(np.float32) for name, value in mean.items()}
    model.calibrate(images)
    return model.folded()


# ------------------------------------------------------------------------------------------------------------------
# The folded network, as ANN and as spiking network


def forward(net, images):
    """Activations of the three ReLU layers and the output values, `images` [N, 8, 8] in 0...1."""
    shape = (len(images), 8, 8, -1)
    a1 = np.maximum((patches(images[..., None]) @ net["w1"]).reshape(shape) + net["b1"], 0)
    a2 = np.maximum((patches(a1) @ net["w2"]).reshape(shape) + net["b2"] + a1, 0)
    a3 = np.maximum((patches(pool(a2)) @ net["w3"]).reshape(len(images), 4, 4, -1) + net["b3"], 0)
    return a1, a2, a3, pool(a3).reshape(len(images), -1) @ net["w4"] + net["b4"]


def thresholds(net, images):
    """One threshold a layer: a percentile of its non-zero activations, to four decimals."""
    return [round(float(np.percentile(a[a > 0], PERCENTILE)), 4) for a in forward(net, images)[:3]]


def correct(output, labels):
    return output.argmax(1) == labels


def quantise(net, theta, join):
    """The network in integers: `weights` of at most 127 per output channel (the output: one scale), the value of a
    spike and the divisor of a pool inside. `join` says how the shortcut shares conv2's scale: `finest`: the identity
    is as large as it comes out (several synapses, or a shift); `common`: both projections fit in 8 bits.
    """
    folded = [net["w1"], net["w2"] * theta[0], net["w3"] * (theta[1] / 4), net["w4"] * (theta[2] / 4)]
    q = {}
    for layer, weights in enumerate(folded, 1):
        top = np.abs(weights).max(0)
        if layer == 2 and join == "common":
            top = np.maximum(top, theta[0])
        if layer == 4:
            top = np.full_like(top, top.max())
        unit = top.astype(np.float64) / 127
        q[f"w{layer}"] = np.rint(weights / unit).astype(np.float32)
        q[f"b{layer}"] = np.rint(net[f"b{layer}"] / unit).astype(np.float32)
        if layer < 4:
            q[f"theta{layer}"] = np.rint(theta[layer - 1] / unit).astype(np.float32)
            q[f"v{layer}"] = np.rint(theta[layer - 1] / 2 / unit).astype(np.float32)
        if layer == 2:
            q["identity"] = np.rint(theta[0] / unit).astype(np.float32)
    return q


def real(net, theta):
    """The same without rounding."""
    return {
        "w1": net["w1"], "w2": net["w2"] * theta[0], "w3": net["w3"] * (theta[1] / 4), "w4": net["w4"] * (theta[2] / 4),
        "b1": net["b1"], "b2": net["b2"], "b3": net["b3"], "b4": net["b4"], "identity": theta[0],
        **{f"theta{i}": theta[i - 1] for i in (1, 2, 3)}, **{f"v{i}": theta[i - 1] / 2 for i in (1, 2, 3)},
    }  # fmt: skip


def simulate(q, images, labels, steps, rounded):
    """Layer-synchronous spiking network, soft reset, constant input current. Returns which samples are right after
    each step [steps, N], mean spikes per neuron and step, and the largest potential of each layer.

    Integers are exact here: every sum stays below 2^24, what a 32-bit float holds.
    """
    n = len(images)
    current = (patches(images[..., None]) @ q["w1"]).reshape(n, 8, 8, -1)
    current = (np.rint(current) if rounded else current) + q["b1"]
    shapes = zip((1, 2, 3), (8, 8, 4), CHANNELS)
    v = [np.broadcast_to(q[f"v{i}"], (n, size, size, c)).astype(np.float32) for i, size, c in shapes]
    v.append(np.zeros((n, 10), np.float32))
    right = np.zeros((steps, n), bool)
    spikes, peak = np.zeros(3), np.zeros(4)

    def fire(i, total):
        np.add(v[i], total, out=v[i])
        peak[i] = max(peak[i], np.abs(v[i]).max())
        s = (v[i] >= q[f"theta{i + 1}"]).astype(np.float32)
        np.subtract(v[i], s * q[f"theta{i + 1}"], out=v[i])
        spikes[i] += s.mean() / steps
        return s

    def total(s):  # Sum over 2x2 windows: the pool's divisor is in the weights.
        return s[:, ::2, ::2] + s[:, 1::2, ::2] + s[:, ::2, 1::2] + s[:, 1::2, 1::2]

    for step in range(steps):
        s1 = fire(0, current)
        s2 = fire(1, (patches(s1) @ q["w2"]).reshape(s1.shape) + s1 * q["identity"] + q["b2"])
        s3 = fire(2, (patches(total(s2)) @ q["w3"]).reshape(v[2].shape) + q["b3"])
        v[3] += total(s3).reshape(n, -1) @ q["w4"] + q["b4"]
        peak[3] = max(peak[3], np.abs(v[3]).max())
        right[step] = correct(v[3], labels)
    return right, spikes, peak


# ------------------------------------------------------------------------------------------------------------------
# Files


def tensors(net):
    """Channels last to the file's order: convolutions [C_out, C_in, kH, kW], dense [N_out, C * H * W]."""
    named = {}
    for layer in (1, 2, 3):
        weights = net[f"w{layer}"]
        kernel = weights.reshape(3, 3, -1, weights.shape[1]).transpose(3, 2, 0, 1)
        named[f"conv{layer}.weight"] = kernel
        named[f"conv{layer}.bias"] = net[f"b{layer}"]
    named["output.weight"] = net["w4"].reshape(2, 2, -1, 10).transpose(3, 2, 0, 1).reshape(10, -1)
    named["output.bias"] = net["b4"]
    return {name: np.ascontiguousarray(named[name], "<f4") for name in sorted(named)}


def channels_last(named):
    """The inverse of `tensors`."""
    net = {}
    for layer in (1, 2, 3):
        kernel = named[f"conv{layer}.weight"]
        net[f"w{layer}"] = kernel.transpose(2, 3, 1, 0).reshape(-1, len(kernel))
        net[f"b{layer}"] = named[f"conv{layer}.bias"]
    net["w4"] = named["output.weight"].reshape(10, -1, 2, 2).transpose(2, 3, 1, 0).reshape(-1, 10)
    net["b4"] = named["output.bias"]
    return net


def read_safetensors(path):
    data = path.read_bytes()
    start = 8 + struct.unpack_from("<Q", data)[0]
    named = {}
    for name, entry in json.loads(data[8:start]).items():
        first, last = entry["data_offsets"]
        named[name] = np.frombuffer(data[start + first : start + last], "<f4").reshape(entry["shape"])
    return named


def write_safetensors(path, named):
    header, offset = {}, 0
    for name, tensor in named.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(t.tobytes() for t in named.values()))


def multiply_accumulates():
    """Of one inference, padding left out as the simulator counts: a 3x3 kernel on n x n meets (3n - 2)^2 pixels."""
    a, b, c = CHANNELS
    return 22 * 22 * a + 22 * 22 * a * b + 10 * 10 * b * c + 4 * c * 10


def description(theta, accuracy, count, parameters):
    def population(layer, size):
        value = theta[layer - 1]
        return {
            "name": f"conv{layer}", "shape": [CHANNELS[layer - 1], size, size],
            "neuron": {"model": "if", "threshold": value, "initial": round(value / 2, 5)},
            "bias": {"tensor": f"conv{layer}.bias"},
        }  # fmt: skip

    def convolution(layer, source, **more):
        return {
            "name": f"conv{layer}", "from": source, "to": f"conv{layer}", "kind": "conv2d", **more,
            "weights": {"tensor": f"conv{layer}.weight"}, "stride": [1, 1], "padding": [1, 1, 1, 1],
        }  # fmt: skip

    average = {"kind": "average", "kernel": [2, 2], "stride": [2, 2]}
    return {
        "format": "nmsim-network/1",
        "name": "digits",
        "tensors": "net.safetensors",
        "input": {
            "kind": "current", "shape": [1, 8, 8], "range": [0, 1], "preprocessing": {"scale": 0.0625},
            "images": "test-images.npy", "labels": "test-labels.npy",
        },
        "populations": [
            population(1, 8), population(2, 8), population(3, 4),
            {
                "name": "output", "shape": [10], "neuron": {"model": "accumulator"},
                "bias": {"tensor": "output.bias"},
            },
        ],
        "projections": [
            convolution(1, "input"),
            convolution(2, "conv1"),
            {"name": "shortcut", "from": "conv1", "to": "conv2", "kind": "identity"},
            convolution(3, "conv2", pool=average),
            {
                "name": "output", "from": "conv3", "to": "output", "kind": "dense", "pool": average,
                "weights": {"tensor": "output.weight"},
            },
        ],
        "output": {"population": "output", "readout": "potential"},
        "ann": {
            "accuracy": accuracy, "accuracyOn": f"digits test split, {count} images",
            "multiplyAccumulates": multiply_accumulates(), "parameters": parameters,
        },
        "provenance": {
            "method": "robust-norm", "percentile": PERCENTILE, "initial": "half", "reset": "soft", "steps": STEPS,
            "calibration": "digits training split", "source": "train.py",
        },
    }  # fmt: skip


def render(value, indent=0):
    """JSON with two-space indents, anything that fits in 100 columns on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or len(flat) + indent <= 100:
        return flat
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        items = [f"{pad}{json.dumps(key)}: {render(item, indent + 2)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + render(item, indent + 2) for item in value) + "\n" + " " * indent + "]"


# ------------------------------------------------------------------------------------------------------------------
# The two commands


def spiking_networks(net, theta):
    """What is simulated: name, network, whether the input current is rounded."""
    return (
        ("float", real(net, theta), False),
        ("8 bit", quantise(net, theta, "finest"), True),
        ("8 bit, common scale", quantise(net, theta, "common"), True),
    )


def build(folder):
    """Trains CANDIDATES networks, keeps the one that does best on the validation images, writes the files."""
    images, labels = load()
    test, rest = split(labels, TEST, np.random.default_rng(SEED))
    chosen, kept = split(labels[rest], VALIDATION, np.random.default_rng(SEED + 1))
    scaled = images.astype(np.float32) / 16
    training, validation = rest[kept], rest[chosen]
    print(f"{len(training)} training, {len(validation)} validation, {len(test)} test images")
    best = None
    for candidate in range(CANDIDATES):
        print(f"candidate {candidate + 1} of {CANDIDATES}")
        net = train(scaled[training], labels[training], np.random.default_rng(SEED + 10 + candidate), print)
        theta = thresholds(net, scaled[training])
        output = forward(net, scaled[validation])[3].astype(np.float64)
        ann = int((~correct(output, labels[validation])).sum())
        loss = np.mean(np.log(np.exp(output).sum(1)) - output[np.arange(len(output)), labels[validation]])
        right = simulate(quantise(net, theta, "finest"), scaled[validation], labels[validation], STEPS, True)[0]
        chip = float((~right[FIRST - 1 :]).sum(1).mean())
        print(f"  validation: {ann} wrong, as 8-bit spiking network {chip:.2f} on average, loss {loss:.4f}")
        if best is None or (ann + chip, loss) < best[0]:
            best = ((ann + chip, loss), net, theta)
    _, net, theta = best
    right = correct(forward(net, scaled[test])[3], labels[test])
    named = tensors(net)
    parameters = sum(tensor.size for tensor in named.values())
    write_safetensors(folder / "net.safetensors", named)
    text = render(description(theta, float(right.mean()), len(test), parameters))
    (folder / "net.json").write_text(text + "\n")
    np.save(folder / "test-images.npy", images[test])
    np.save(folder / "test-labels.npy", labels[test])


def check(folder):
    """Runs the files of `folder` as ANN and as spiking network; false if the accuracies are not what they should be."""
    file = json.loads((folder / "net.json").read_text())
    net = channels_last(read_safetensors(folder / file["tensors"]))
    images = np.load(folder / file["input"]["images"]).astype(np.float32) / 16
    labels = np.load(folder / file["input"]["labels"])
    theta = [population["neuron"]["threshold"] for population in file["populations"][:3]]
    wrong = int((~correct(forward(net, images)[3], labels)).sum())
    n = len(labels)
    print(f"ANN: {100 * (1 - wrong / n):.2f} % of {n} test images ({wrong} wrong)")
    good = wrong <= 0.015 * n
    shown = (4, 8, 16, 32, 64, 100, 128, 200)
    print(f"{'spiking network, % after step':30}" + "".join(f"{step:>8}" for step in shown))
    for name, q, rounded in spiking_networks(net, theta):
        right, spikes, peak = simulate(q, images, labels, STEPS, rounded)
        accuracy = 100 * right.mean(1)
        off = np.abs((~right).sum(1) - wrong)[FIRST - 1 :]
        print(f"{name:30}" + "".join(f"{accuracy[step - 1]:8.2f}" for step in shown))
        print(f"  steps {FIRST} to {STEPS}: at most {off.max()} images from the ANN ({100 * off.max() / n:.2f} points)")
        print("  spikes per neuron and step: " + ", ".join(f"{value:.4f}" for value in spikes))
        if rounded:
            print("  largest potential, in units: " + ", ".join(f"{value:.0f}" for value in peak))
        good = good and off.max() <= 0.005 * n
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only simulate the files that are there (numpy is enough)")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    options = parser.parse_args()
    started = time.time()
    if not options.check:
        build(options.folder)
    good = check(options.folder)
    print(f"{time.time() - started:.0f} s")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
