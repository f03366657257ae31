#!/usr/bin/env python3
"""Writes VGG-16 for 32x32 images with random weights as a network of nmsim: net.json and its weights.

usage: vgg16.py FOLDER [--strided]

--strided takes convolutions of stride 2 instead of pools, so that no neuron reads more than 4,608 others. What
compiling such a network needs of a machine is then measured with, for example,

    /usr/bin/time -v nmsim compile FOLDER/net.json -o FOLDER/net.nmsim

and what a chip has too little of is said by `nmsim compile FOLDER/net.json --chip loihi`. Needs Python alone.
"""
import array
import json
import pathlib
import random
import struct
import sys

WIDTHS = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]


def main(folder, strided):
    draw = random.Random(16)
    populations, projections, tensors = [], [], []

    def add(name, shape, kind, weights, **more):
        model = {"model": "if", "threshold": 2} if name != "output" else {"model": "accumulator"}
        source = populations[-1]["name"] if populations else "input"
        populations.append({"name": name, "shape": shape, "neuron": model})
        tensors.append((name, weights))
        projections.append(
            {"name": name, "from": source, "to": name, "kind": kind, "weights": {"tensor": name}, **more})

    channels, side, pooled = 3, 32, False
    for width in WIDTHS:
        if width == 0:
            side, pooled = side // 2, True
            continue
        more = {"padding": 1}
        if pooled:
            more |= {"stride": 2} if strided else {"pool": {"kind": "average", "kernel": 2}}
        add(f"conv{len(populations) + 1}", [width, side, side], "conv2d", [width, channels, 3, 3], **more)
        channels, pooled = width, False
    for name, width in [("dense14", 512), ("dense15", 512), ("output", 10)]:
        more = {"pool": {"kind": "average", "kernel": 2}} if name == "dense14" else {}
        add(name, [width], "dense", [width, 512], **more)

    header, place, values = {}, 0, array.array("f")
    for name, shape in tensors:
        count = 1
        for size in shape:
            count *= size
        values.extend(draw.random() * 0.2 - 0.1 for _ in range(count))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [place, place + 4 * count]}
        place += 4 * count
    if sys.byteorder == "big":
        values.byteswap()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "net.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + values.tobytes())
    (folder / "net.json").write_text(json.dumps({
        "format": "nmsim-network/1", "name": "vgg16", "tensors": "net.safetensors",
        "input": {"kind": "current", "shape": [3, 32, 32], "range": [0, 1]},
        "populations": populations, "projections": projections,
        "output": {"population": "output", "readout": "potential"},
    }, indent=1))


if __name__ == "__main__":
    folders = [argument for argument in sys.argv[1:] if argument != "--strided"]
    if len(folders) != 1 or folders[0].startswith("-"):
        sys.exit(__doc__)
    main(pathlib.Path(folders[0]), "--strided" in sys.argv)
