#!/usr/bin/env python3
"""Image-steps per processor second: a step-by-step PyTorch simulation of a network beside nmsim, in one run.

  pytorch-speed.py NMSIM NET.json PROGRAM.nmsim IMAGES [STEPS] [ROUNDS]

Both simulate the same spiking network on one thread: PyTorch in 32-bit float, 64 images at once; nmsim in integers, its
process from start to end counted. Integrate-and-fire units with soft reset, convolutions, dense layers, identities and
average pools. Ends with status 0 and a reason where PyTorch is not installed.
"""
import csv, json, os, resource, subprocess, sys, tempfile, time

try:
    import torch
    import torch.nn.functional as F

    import speed_files
except ImportError as error:
    print(f"skipped: {error}; install PyTorch and NumPy to compare")
    sys.exit(0)

BATCH = 64


class Simulation:
    def __init__(self, path):
        self.net = json.load(open(path))
        read = speed_files.tensors(os.path.join(os.path.dirname(path), self.net["tensors"]))
        self.tensors = {name: torch.tensor(values).float() for name, values in read.items()}
        self.populations = {p["name"]: p for p in self.net["populations"]}
        self.order, known = [], {"input"}
        while len(self.order) < len(self.populations):
            for name in self.populations:
                sources = [p["from"] for p in self.net["projections"] if p["to"] == name]
                if name not in known and all(s in known for s in sources):
                    known.add(name)
                    self.order.append(name)

    def value(self, x, default=0.0):
        if x is None: return torch.tensor(default)
        if isinstance(x, dict): return self.tensors[x["tensor"]]
        return torch.tensor(x, dtype=torch.float32)

    def shaped(self, x, shape):
        return x.view(-1, 1, 1) if x.dim() == 1 and x.numel() > 1 and len(shape) == 3 else x

    def carry(self, projection, x):
        if pool := projection.get("pool"):
            assert pool["kind"] == "average", "average pools only"
            x = F.avg_pool2d(x, pool["kernel"], pool.get("stride") or pool["kernel"])
        weights = projection.get("weights")
        if projection["kind"] == "identity": return x if weights is None else x * self.shaped(self.value(weights), x.shape[1:])
        w = self.value(weights)
        if projection["kind"] == "dense": return F.linear(x.flatten(1), w)
        return F.conv2d(x, w, stride=projection.get("stride", 1), padding=projection.get("padding", 0))

    def run(self, x, steps):
        with torch.no_grad():
            v, drive, value = {}, {}, {}
            for name, p in self.populations.items():
                shape = p["shape"]
                drive[name] = self.shaped(self.value(p.get("bias")), shape).expand(x.shape[0], *shape).clone()
                v[name] = self.shaped(self.value(p.get("initialPotential")), shape).expand(x.shape[0], *shape).clone()
                value[name] = self.shaped(self.value(p["neuron"].get("threshold"), 1.0), shape)
            for p in self.net["projections"]:
                if p["from"] == "input": drive[p["to"]] += self.carry(p, x)
            for _ in range(steps):
                spikes = {}
                for name in self.order:
                    v[name] += drive[name]
                    for p in self.net["projections"]:
                        if p["to"] == name and p["from"] != "input": v[name] += self.carry(p, spikes[p["from"]])
                    if self.populations[name]["neuron"]["model"] == "accumulator": continue
                    # A spike carries its threshold, the amount that is subtracted.
                    spikes[name] = (v[name] >= value[name]) * value[name]
                    v[name] -= spikes[name]
            return v[self.net["output"]["population"]].argmax(1).tolist()


def main():
    if len(sys.argv) < 5: sys.exit(__doc__)
    nmsim, path, program, data = sys.argv[1:5]
    steps = int(sys.argv[5]) if len(sys.argv) > 5 else 64
    rounds = int(sys.argv[6]) if len(sys.argv) > 6 else 5
    torch.set_num_threads(1)
    simulation = Simulation(path)
    x = torch.tensor(speed_files.prepared(data, simulation.net["input"], BATCH)).float()
    samples = BATCH * 16
    simulation.run(x, 2)
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        table = os.path.join(folder, "predictions.csv")
        for _ in range(rounds):
            start = time.process_time()
            decided = simulation.run(x, steps)
            torch_rate = BATCH * steps / (time.process_time() - start)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [nmsim, "run", program, "--ticks", str(steps), "--threads", "1", "--input", data, "--samples", str(samples),
                 "--json", os.path.join(folder, "run.json"), "--predictions", table, "--no-ann", "--quiet"], check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            rate = samples * steps / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            ratios.append(rate / torch_rate)
            print(f"PyTorch {torch_rate:10,.0f}  nmsim {rate:10,.0f}  image-steps a processor second, ratio {ratios[-1]:.1f}")
        predictions = [int(row["prediction"]) for row in csv.DictReader(open(table))][:BATCH]
    same = sum(a == b for a, b in zip(decided, predictions))
    print(f"median ratio {sorted(ratios)[len(ratios) // 2]:.1f}; PyTorch {torch.__version__}; {same} of {BATCH} decisions equal")


main()
