#!/usr/bin/env python3
"""Trains two small networks with max pools on Fashion-MNIST and exports them as ONNX.

usage: train-pools.py DATA FOLDER [EPOCHS]

DATA holds Fashion-MNIST as it is published (fashion-train-images-idx3-ubyte.gz and so on). Writes FOLDER/three.onnx
(three max pools of 2x2) and FOLDER/overlapping.onnx (two of 3x3 with stride 2), each conv - ReLU - max pool. Needs
torch and onnx; a minute an epoch on two cores. What max pooling loses is then shown by, for example,

    nmsim convert FOLDER/three.onnx --method mmse --calibrate weights,bias-by-step --lag 1 --steps 8 \\
      --calibration DATA/fashion-train-images-idx3-ubyte.gz --input-scale 1/255 -o net.json
    nmsim compile net.json --chip ideal
    nmsim run --input DATA/fashion-t10k-images-idx3-ubyte.gz
"""
import gzip
import sys

import numpy as np
import torch
from torch import nn


def read(path, offset):
    return np.frombuffer(gzip.open(path).read(), np.uint8, offset=offset)


def images(data, part):
    return torch.from_numpy(read(f"{data}/fashion-{part}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28) / np.float32(255))


def labels(data, part):
    return torch.from_numpy(read(f"{data}/fashion-{part}-labels-idx1-ubyte.gz", 8).astype(np.int64))


def network(pools):
    layers, channels = [], 1
    for width, pool in zip((16, 32, 64), pools):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(*pool)]
        channels = width
    size = nn.Sequential(*layers).eval()(torch.zeros(1, 1, 28, 28)).numel()
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(size, 10))


def train(model, x, y, epochs):
    optimiser = torch.optim.Adam(model.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, epochs * (len(x) // 128))
    for _ in range(epochs):
        for batch in torch.randperm(len(x))[: len(x) // 128 * 128].split(128):
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimiser.step()
            schedule.step()


def main(data, folder, epochs=3):
    x, y = images(data, "train"), labels(data, "train")
    for name, pools in (("three", [(2, 2)] * 3), ("overlapping", [(3, 2)] * 2)):
        torch.manual_seed(1)
        model = network(pools)
        train(model, x, y, int(epochs))
        model.eval()
        with torch.no_grad():
            right = (model(images(data, "t10k")).argmax(1) == labels(data, "t10k")).float().mean()
        print(f"{name}: {100 * right:.2f} % of the test images")
        torch.onnx.export(
            model, torch.zeros(1, 1, 28, 28), f"{folder}/{name}.onnx", dynamo=False, input_names=["image"],
            output_names=["classes"], dynamic_axes={"image": {0: "n"}, "classes": {0: "n"}})


main(*sys.argv[1:])
