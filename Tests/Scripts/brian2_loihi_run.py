"""Runs random networks of current-based neurons on Brian2Loihi and prints each with its spikes, a line of JSON.

usage: python3 brian2_loihi_run.py SEED...

Tests/RuntimeTests/Brian2LoihiTests.swift runs the same networks; Tests/Fixtures/brian2-loihi.jsonl is what this prints for
the seeds 1, 2 and 3. Needs the package `brian2-loihi`; nothing of it is part of nmsim.
"""
import json
import random
import sys

import numpy
from brian2 import prefs
from brian2_loihi import (
    LoihiNetwork, LoihiNeuronGroup, LoihiSpikeGeneratorGroup, LoihiSpikeMonitor, LoihiSynapses, synapse_sign_mode)

prefs.codegen.target = "numpy"
STEPS = 80


def draw(seed):
    """Two populations of neurons and the projections among them, in the units of Loihi's registers."""
    dice = random.Random(seed)
    sizes = [dice.randint(4, 10), dice.randint(8, 20), dice.randint(3, 9)]
    events = sorted((step, i) for step in range(STEPS) for i in range(sizes[0]) if dice.random() < 0.15)
    groups = [{
        "neurons": size, "threshold": dice.randint(100, 900), "voltageDecay": dice.choice([0, dice.randint(1, 4096)]),
        "currentDecay": dice.choice([4096, dice.randint(1, 4095)]), "refractory": dice.randint(1, 4),
    } for size in sizes[1:]]
    ways = [(0, 1), (1, 2), (1, 1), (2, 1), (0, 2)]
    projections = [{
        # Mixed signs have steps of 2.
        "from": a, "to": b, "delay": dice.randint(0, 3),
        "weights": [[2 * dice.randint(-60, 127) if dice.random() < 0.7 else 0 for _ in range(sizes[a])] for _ in range(sizes[b])],
    } for a, b in ways if (a, b) in ways[:2] or dice.random() < 0.7]
    return {"seed": seed, "steps": STEPS, "inputs": sizes[0], "events": events, "groups": groups, "projections": projections}


def run(network):
    """By step: the neurons that spike, group by group."""
    steps = [step for step, _ in network["events"]]
    neurons = [i for _, i in network["events"]]
    layers = [LoihiSpikeGeneratorGroup(network["inputs"], neurons, numpy.array(steps))]
    layers += [LoihiNeuronGroup(
        g["neurons"], refractory=g["refractory"], threshold_v_mant=g["threshold"], decay_v=g["voltageDecay"],
        decay_I=g["currentDecay"]) for g in network["groups"]]
    parts = list(layers)
    for p in network["projections"]:
        synapses = LoihiSynapses(layers[p["from"]], layers[p["to"]], delay=p["delay"], sign_mode=synapse_sign_mode.MIXED)
        weights = numpy.array(p["weights"])
        targets, sources = numpy.nonzero(weights)
        synapses.connect(i=sources, j=targets)
        synapses.w = weights[targets, sources]
        parts.append(synapses)
    monitors = [LoihiSpikeMonitor(layer) for layer in layers[1:]]
    LoihiNetwork(*parts, *monitors).run(network["steps"])
    return [[[int(t), int(i)] for t, i in sorted(zip(m.t, m.i))] for m in monitors]


for seed in map(int, sys.argv[1:]):
    network = draw(seed)
    network["spikes"] = run(network)
    print(json.dumps(network, separators=(",", ":")), flush=True)
