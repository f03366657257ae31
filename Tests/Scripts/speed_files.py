"""What the comparisons of speed read: images, and the tensors of a `net.json`. Imported, not run."""
import gzip, json, struct

import numpy as np


def images(path, shape, count):
    """The first images of IDX or CIFAR-10 files, [count, *shape], 0...255."""
    size = int(np.prod(shape))
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        data = file.read(16 + count * (size + 1))
    if path.endswith(".bin"):  # CIFAR-10: a label, then the image
        raw = np.frombuffer(data[: count * (size + 1)], np.uint8).reshape(count, size + 1)[:, 1:]
    else:  # IDX
        raw = np.frombuffer(data[16 : 16 + count * size], np.uint8)
    return raw.reshape(count, *shape).astype(np.float64)


def prepared(path, entry, count):
    """Images as the `input` of a network file has them."""
    pre = entry.get("preprocessing", {})
    per_channel = lambda key, default: np.array(pre.get(key) or [default]).reshape(-1, *[1] * (len(entry["shape"]) - 1))
    raw = images(path, entry["shape"], count) * pre.get("scale", 1)
    return (raw - per_channel("mean", 0)) / per_channel("std", 1)


def tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    kinds = {"F32": np.float32, "F64": np.float64, "I8": np.int8, "I16": np.int16, "I32": np.int32}
    return {
        name: np.frombuffer(data[slice(*t["data_offsets"])], kinds[t["dtype"]]).reshape(t["shape"]).copy()
        for name, t in header.items() if name != "__metadata__"
    }
