#!/usr/bin/env python3
"""Writes the HDF5 fixtures of Tests/CompilerTests/Fixtures/hdf5.

    python3 -m venv v && v/bin/pip install h5py numpy
    v/bin/python Tests/Fixtures/make_hdf5_fixtures.py Tests/CompilerTests/Fixtures/hdf5

`old.h5` (symbol tables, contiguous), `packed.h5` (chunks, gzip, shuffle, Fletcher-32) and `new.h5` (version-2 headers)
hold the same tree, which `HDF5Tests.swift` knows, and so does `latest.h5`, with chunks in arrays, all links in heaps and
attributes; `grow.h5` has arrays that may grow, each counting from 0; `many.h5` and `heap.h5` have a group with a tree of two levels, `lzf.h5` a filter that is refused.
"""
import os, sys
import h5py, numpy as np

out = sys.argv[1]
os.makedirs(out, exist_ok=True)


def tree(file, **packing):
    outer = file.create_group("outer")
    for name in ["<f8", "<f4", "<f2", ">f4", "<i1", "<i2", ">i4", "<i8", "<u1", "<u2", "<u4"]:
        # A new group keeps at most 8 links in its header.
        inner = outer.require_group(name[1])
        inner.create_dataset(name, data=np.arange(21).reshape(3, 7).astype(name), **packing)
    wide = (np.arange(600) % 50).reshape(20, 30).astype("<f4")
    file.create_dataset("wide", data=wide, **(packing | ({"chunks": (8, 11)} if packing else {})))
    file["scalar"] = -3
    file["yes"] = True
    file.create_dataset("text", data="naïve", dtype=h5py.string_dtype())
    file.create_dataset("texts", data=np.array([["a", "bc"], ["", "d"]], object), dtype=h5py.string_dtype())
    file.create_dataset("fixed", data=np.array([b"ab", b"c"]))
    file.create_dataset("empty", data=np.zeros((0, 3)))


with h5py.File(f"{out}/old.h5", "w") as file:
    tree(file)
with h5py.File(f"{out}/packed.h5", "w") as file:
    tree(file, compression="gzip", shuffle=True, fletcher32=True)
with h5py.File(f"{out}/new.h5", "w", libver="latest") as file:
    tree(file)
with h5py.File(f"{out}/latest.h5", "w", libver="latest", track_order=True) as file:
    tree(file, compression="gzip", shuffle=True, fletcher32=True)
    # More of them than a header takes.
    for number in range(20):
        file.attrs[f"attribute {number}"] = number
    # Chunks beyond a page of their array.
    file["outer"].create_dataset("paged", data=np.arange(1100), chunks=(1,))
    for number in range(8):
        file["outer"].create_group(f"empty {number}")
for name, version in [("many", None), ("heap", "latest")]:
    with h5py.File(f"{out}/{name}.h5", "w", libver=version) as file:
        for number in range(300):
            file[f"member {number:03}"] = number
with h5py.File(f"{out}/grow.h5", "w", libver="latest") as file:
    # One axis without end: an array that doubles; several: a tree; none: an array for the largest shape.
    shapes = [
        ((300,), (None,), (1,)), ((9, 7), (None, 7), (2, 3)), ((9, 7), (11, None), (2, 3)), ((4, 5, 6), (8, None, 6), (3, 2, 4)),
        ((40, 9), (None, None), (1, 2)), ((9, 7), (20, 30), (2, 3)), ((5,), (2000,), (1,)), ((1100,), (2000,), (1,)),
    ]
    for number, (shape, most, chunks) in enumerate(shapes):
        data = np.arange(np.prod(shape)).reshape(shape).astype("<i2")
        for name, packing in [("plain", {}), ("packed", {"compression": "gzip"})]:
            if data.size < 1000 or name == "plain":
                file.create_dataset(f"{number} {name}", data=data, maxshape=most, chunks=chunks, **packing)
    # Room for all chunks before they are written: they need no index.
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((2, 3))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple((9, 7), (10, 8))
    early = h5py.h5d.create(file.id, b"early", h5py.h5t.NATIVE_INT16, space, early)
    early.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(63, dtype="<i2").reshape(9, 7))
    file.create_dataset("grown", data=np.arange(3), maxshape=(None,), chunks=(2,))
    file["grown"].resize((7,))
    file["grown"][3:] = np.arange(3, 7)
    file["grown"].resize((6,))
with h5py.File(f"{out}/sparse.h5", "w", libver="latest") as file:
    file.create_dataset("x", shape=(9,), maxshape=(None,), chunks=(2,), dtype="i4")[:4] = 1
with h5py.File(f"{out}/lzf.h5", "w") as file:
    file.create_dataset("x", data=np.arange(100), compression="lzf")
