"""Runs a mapped network on SANA-FE: spikes, messages, hops, energies and the simple time, as JSON.

usage: python3 sanafe_run.py EXPORT.json

EXPORT.json is what Tests/RuntimeTests/SanaFEPackageTests.swift writes: the chip's constants, and every neuron with its
core, threshold and bias, every synapse with its weight and kind, one by one. Needs the package `sanafe` (GPL-3.0, from
its own registry page); nothing of it is part of nmsim.
"""
import json
import pathlib
import sys
import tempfile

import sanafe

UNITS = ["dense", "convolution", "identity"]


def unit(name, model, **costs):
    return {"name": name, "attributes": {"model": model, **costs}}


def architecture(chip):
    """The chip as SANA-FE's YAML, which JSON is a part of."""
    e, t = chip["energy"], chip["time"]
    sides = ["east", "west", "north", "south"]
    tile = {f"energy_{s}_hop": e["hop" + s.capitalize()] for s in sides}
    tile |= {f"latency_{s}_hop": t["hop" + s.capitalize()] for s in sides}
    core = {
        "name": f"core[0..{chip['coresPerTile'] - 1}]",
        "attributes": {
            "buffer_position": "soma", "buffer_inside_unit": False, "max_neurons_supported": chip["neuronsPerCore"]},
        "axon_in": [{"name": "in", "attributes": {
            "energy_message_in": e["axonIn"], "latency_message_in": t["axonIn"]}}],
        "synapse": [
            unit(u, "current_based", energy_process_spike=e[u], latency_process_spike=t[u]) for u in UNITS],
        "dendrite": [unit("dendrite", "accumulator", energy_update=0.0, latency_update=0.0)],
        "soma": [unit(
            "soma", "leaky_integrate_fire",
            energy_access_neuron=e["neuronAccess"], latency_access_neuron=t["neuronAccess"],
            energy_update_neuron=e["neuronUpdate"], latency_update_neuron=t["neuronUpdate"],
            energy_spike_out=e["spike"], latency_spike_out=t["spike"])],
        "axon_out": [{"name": "out", "attributes": {
            "energy_message_out": e["axonOut"], "latency_message_out": t["axonOut"]}}],
    }
    return {"architecture": {
        "name": "nmsim_export",
        "attributes": {
            "topology": "mesh", "width": chip["width"], "height": chip["height"], "link_buffer_size": 16,
            "sync_model": "table", "latency_sync": {tiles: seconds for tiles, seconds in chip["barrier"]}},
        "tile": [{
            "name": f"tile[0..{chip['width'] * chip['height'] - 1}]", "attributes": tile, "core": [core]}]}}


def yaml(value):
    """YAML flow style with integer keys, which JSON cannot write."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(yaml, value)) + "]"
    if isinstance(value, str):
        return f'"{value}"' if "[" in value else value
    return json.dumps(value)


def run(export):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "arch.yaml"
        path.write_text(yaml(architecture(export["chip"])))
        arch = sanafe.load_arch(str(path))
    cores = {}
    for tile in arch.tiles:
        for core in tile.cores:
            cores[len(cores)] = core
    net = sanafe.Network()
    # One group a core, its neurons in slot order, so that they are mapped in that order.
    groups = []
    for number, core in enumerate(export["cores"]):
        neurons = core["neurons"]
        group = net.create_neuron_group(
            f"g{number}", len(neurons), soma_hw_name="soma", default_dendrite_hw_name="dendrite",
            default_synapse_hw_name="dense", log_spikes=True)
        for slot, (threshold, bias) in enumerate(neurons):
            group.neurons[slot].set_attributes(
                model_attributes={
                    "threshold": float(threshold), "bias": float(bias), "leak_decay": 1.0, "input_decay": 0.0,
                    "reset_mode": "soft"})
            group.neurons[slot].map_to_core(cores[core["place"]])
        groups.append(group)
    for source, target, kind, sources, targets, weights in export["synapses"]:
        # A synapse gets the unit that its target neuron names when it is made.
        for slot in set(targets):
            groups[target].neurons[slot].set_attributes(default_synapse_hw_name=UNITS[kind])
        groups[source].connect_neurons_sparse(groups[target], {"weight": weights}, list(zip(sources, targets)))
    del export["synapses"]
    chip = sanafe.SpikingChip(arch)
    chip.load(net)
    return chip.sim(export["ticks"], timing_model=export["model"], perf_trace=True)


if __name__ == "__main__":
    result = run(json.loads(pathlib.Path(sys.argv[1]).read_text()))
    trace = result["perf_trace"]
    print(json.dumps({
        "fired": [int(value) for value in trace["fired"]], "updated": result["neurons_updated"],
        "events": result["spikes"], "messages": result["packets_sent"],
        "hops": int(sum(trace["hops"])), "energy": result["energy"], "seconds": result["sim_time"],
    }))
