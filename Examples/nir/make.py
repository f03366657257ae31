#!/usr/bin/env python3
"""Writes model.nir and recordings/: a network with feedback that says on which side of a small sensor something moves.

    python3 -m venv v && v/bin/pip install nir==1.0.8 numpy
    v/bin/python make.py
"""
import os

import nir
import numpy as np

# Two neurons, one a half of the sensor; each holds the other back.
halves = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], np.float32) * 0.3
graph = nir.NIRGraph(
    nodes={
        "input": nir.Input(np.array([2, 8, 8])),
        "halves": nir.SumPool2d(np.array([8, 4]), np.array([8, 4]), np.array([0, 0])),
        "flat": nir.Flatten({"input": np.array([2, 1, 2])}, start_dim=0),
        "weights": nir.Linear(halves),
        "sides": nir.LIF(
            tau=np.full(2, 0.02), r=np.full(2, 20.0), v_leak=np.zeros(2), v_threshold=np.ones(2), v_reset=np.zeros(2)),
        "inhibition": nir.Linear(np.array([[0, -0.5], [-0.5, 0]], np.float32)),
        "output": nir.Output(np.array([2])),
    },
    edges=[
        ("input", "halves"), ("halves", "flat"), ("flat", "weights"), ("weights", "sides"), ("sides", "inhibition"),
        ("inhibition", "sides"), ("sides", "output"),
    ], type_check=False)
nir.write("model.nir", graph)

random = np.random.default_rng(1)
os.makedirs("recordings", exist_ok=True)
with open("recordings/labels.txt", "w") as labels:
    labels.write("# recording side\n")
    for number in range(10):
        side = number % 2
        with open(f"recordings/{number}.csv", "w") as file:
            file.write("t,x,y,p\n")
            for time in np.sort(random.integers(0, 40_000, 80)):
                # A quarter of the events are noise.
                half = side if random.random() < 0.75 else random.integers(2)
                x = 4 * half + random.integers(4)
                file.write(f"{time},{x},{random.integers(8)},{random.integers(2)}\n")
        labels.write(f"{number} {side}\n")
