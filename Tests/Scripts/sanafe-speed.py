#!/usr/bin/env python3
"""Synaptic events per processor second: SANA-FE beside nmsim, in one run.

  sanafe-speed.py NMSIM NET.json PROGRAM.nmsim IMAGES [STEPS] [ROUNDS] [SAMPLES]

Both simulate the same spiking network on one thread: SANA-FE with one image, its own Loihi, its `simple` time, what it
does in `sim` alone counted; nmsim with SAMPLES images (1,000), its process from start to end counted. Integrate-and-fire
units with soft reset, convolutions, dense layers, identities and average pools. SANA-FE keeps some 800 bytes a synapse:
`mnist-cnn` (7 million) takes 6 GB and minutes to build. Ends with status 0 and a reason where the package is not installed.
"""
import json, os, pathlib, resource, subprocess, sys, tempfile, time

try:
    import numpy as np, sanafe

    import speed_files
except ImportError as error:
    print(f"skipped: {error}; install sanafe and NumPy to compare")
    sys.exit(0)

# SANA-FE cuts potentials to multiples of 1/64 (`leaky_integrate_fire`); so much larger they lose nothing that matters.
SCALE = 4096.0


def events(net, values, projection, sizes):
    """Sources, targets and weights of a projection, source by source through its pool."""
    shape = [1] * (3 - len(sizes[projection["from"]])) + list(sizes[projection["from"]])
    cells = np.arange(int(np.prod(shape))).reshape(shape)
    weights = values(projection.get("weights"))
    size = 1
    if pool := projection.get("pool"):
        assert pool["kind"] == "average" and pool.get("stride", pool["kernel"]) == pool["kernel"], "average pools side by side only"
        size = pool["kernel"]
        height, width = shape[1] // size, shape[2] // size
        cells = cells[:, : height * size, : width * size].reshape(shape[0], height, size, width, size)
        cells = cells.transpose(0, 1, 3, 2, 4).reshape(shape[0], height, width, size * size)
    else:
        cells = cells[..., None]
    target = [1] * (3 - len(sizes[projection["to"]])) + list(sizes[projection["to"]])
    if projection["kind"] == "identity":
        factor = np.ones(cells.shape[0]) if weights is None else np.broadcast_to(weights.reshape(-1), cells.shape[:1])
        to = np.broadcast_to(np.arange(int(np.prod(target))).reshape(*cells.shape[:3], 1), cells.shape)
        all_weights = np.broadcast_to(factor.reshape(-1, 1, 1, 1) / size**2, cells.shape)
        return cells.ravel(), to.ravel(), all_weights.ravel()
    if projection["kind"] == "dense":
        flat = cells.reshape(-1, size * size)
        shape = (weights.shape[0], *flat.shape)
        to = np.broadcast_to(np.arange(weights.shape[0]).reshape(-1, 1, 1), shape)
        return np.broadcast_to(flat, shape).ravel(), to.ravel(), np.broadcast_to(weights[..., None] / size**2, shape).ravel()
    stride, padding = projection.get("stride", 1), projection.get("padding", 0)
    assert isinstance(stride, int) and isinstance(padding, int), "square strides and paddings only"
    to = np.arange(int(np.prod(target))).reshape(target)
    parts = []
    for ky in range(weights.shape[2]):
        for kx in range(weights.shape[3]):
            y = np.arange(target[1]) * stride + ky - padding
            x = np.arange(target[2]) * stride + kx - padding
            ys, xs = np.flatnonzero((y >= 0) & (y < cells.shape[1])), np.flatnonzero((x >= 0) & (x < cells.shape[2]))
            source = cells[:, y[ys]][:, :, x[xs]][None]  # [1, in, y, x, members]
            shape = (target[0], *source.shape[1:])
            parts.append((
                np.broadcast_to(source, shape).ravel(),
                np.broadcast_to(to[:, ys][:, :, xs][:, None, ..., None], shape).ravel(),
                np.broadcast_to(weights[:, :, ky, kx].reshape(*weights.shape[:2], 1, 1, 1) / size**2, shape).ravel()))
    return [np.concatenate(list(part)) for part in zip(*parts)]


def build(path, image):
    net = json.load(open(path))
    tensors = speed_files.tensors(os.path.join(os.path.dirname(path), net["tensors"]))
    values = lambda x: None if x is None else (tensors[x["tensor"]].astype(np.float64) if isinstance(x, dict) else np.array(float(x)))
    sizes = {p["name"]: p["shape"] for p in net["populations"]} | {"input": net["input"]["shape"]}
    spread = lambda x, shape: np.broadcast_to(
        x.reshape(-1, *[1] * (len(shape) - 1)) if x.ndim == 1 and x.size > 1 and len(shape) == 3 else x, shape).ravel()
    drive = {p["name"]: spread(values(p.get("bias", 0.0)), p["shape"]).copy() for p in net["populations"]}
    for projection in net["projections"]:
        if projection["from"] == "input":
            source, target, weight = events(net, values, projection, sizes)
            np.add.at(drive[projection["to"]], target, weight * image.ravel()[source])
    arch = sanafe.load_arch(str(pathlib.Path(sanafe.__file__).parent / "examples" / "loihi.yaml"))
    cores = [core for tile in arch.tiles for core in tile.cores]
    network, groups, used, synapses = sanafe.Network(), {}, 0, 0
    for p in net["populations"]:
        count = int(np.prod(p["shape"]))
        plain = p["neuron"]["model"] == "accumulator"
        threshold = np.full(count, 1e30) if plain else spread(values(p["neuron"].get("threshold", 1.0)), p["shape"]) * SCALE
        group = network.create_neuron_group(
            p["name"], count, soma_hw_name="loihi_lif", default_dendrite_hw_name="loihi_dendrites",
            default_synapse_hw_name="loihi_conv_synapse")
        for index in range(count):
            group.neurons[index].set_attributes(model_attributes={
                "threshold": float(threshold[index]), "bias": float(drive[p["name"]][index] * SCALE), "leak_decay": 1.0,
                "input_decay": 0.0, "reset_mode": "soft"})
            group.neurons[index].map_to_core(cores[(used + index) // 1024])
        used += (count + 1023) // 1024 * 1024
        groups[p["name"]] = (group, threshold)
    for projection in net["projections"]:
        if projection["from"] == "input": continue
        source, target, weight = events(net, values, projection, sizes)
        weight = weight * groups[projection["from"]][1][source]  # a spike carries its threshold
        keep = weight != 0
        groups[projection["from"]][0].connect_neurons_sparse(
            groups[projection["to"]][0], {"weight": weight[keep].tolist()},
            list(zip(source[keep].tolist(), target[keep].tolist())))
        synapses += int(keep.sum())
    chip = sanafe.SpikingChip(arch)
    chip.load(network)
    return chip, synapses


def main():
    if len(sys.argv) < 5: sys.exit(__doc__)
    nmsim, path, program, data = sys.argv[1:5]
    steps, rounds, samples = (int(sys.argv[k]) if len(sys.argv) > k else d for k, d in [(5, 64), (6, 5), (7, 1000)])
    image = speed_files.prepared(data, json.load(open(path))["input"], 1)[0]
    chip, synapses = build(path, image)
    print(f"SANA-FE: {synapses:,} synapses, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1048576:.1f} GB", flush=True)
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "run.json")
        for _ in range(rounds):
            start = time.process_time()
            theirs = chip.sim(steps, timing_model="simple", processing_threads=1)["spikes"]
            their_rate = theirs / (time.process_time() - start)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [nmsim, "run", program, "--ticks", str(steps), "--threads", "1", "--input", data, "--samples", str(samples),
                 "--no-ann", "--json", report, "--quiet"], check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            ours = json.load(open(report))["totals"]["synapticOperations"]
            rate = ours / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            ratios.append(rate / their_rate)
            print(f"SANA-FE {theirs:,} events, {their_rate / 1e6:.2f} M  nmsim {rate / 1e9:.2f} G  a processor second, "
                  f"ratio {ratios[-1]:,.0f}", flush=True)
    print(f"median ratio {sorted(ratios)[len(ratios) // 2]:,.0f}")


main()
