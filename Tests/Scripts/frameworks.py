#!/usr/bin/env python3
"""Networks of PyTorch, Keras and scikit-learn from training to a run on a chip, each as its own exporter writes it.

    python3 Tests/Scripts/frameworks.py NMSIM [--applications] [CASE ...]

Cases: a heartbeat classifier in one dimension by PyTorch and by Keras, an autoencoder judged by its squared error, the MLP of
scikit-learn; with --applications those of keras.applications at 224x224, random weights, evaluated only (minutes). A case
whose packages are absent says so. Each prints the difference from onnxruntime over the largest output, and what the ANN and the
spiking network reach on samples that neither training nor calibration saw. Ends with status 1 if a file is refused, a
difference is beyond 1e-5, or a spiking network misses its ANN by more than its case allows.
"""
import importlib, json, os, subprocess, sys, tempfile, warnings

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # Threads that spin slow small networks down beside other work.
warnings.filterwarnings("ignore")
STEPS = 64


def heartbeats(count, seed):
    """Two leads, 64 steps: narrow beats (class 0) and wide ones (1), noise. [N, 2, 64]"""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    distance = (np.arange(64) - rng.uniform(20, 44, (count, 1))) / np.where(labels, 3.0, 1.5)[:, None]
    beat = np.exp(-distance**2 / 2)[:, None, :] * np.array([1, 0.5])[None, :, None]
    return (beat + rng.normal(0, 0.15, beat.shape)).astype(np.float32), labels.astype(np.int64)


def digits():
    from sklearn.datasets import load_digits
    data = load_digits()
    return (data.data / 16).astype(np.float32), data.target.astype(np.int64)


def fit(model, x, y, loss, steps=300):
    import torch
    optimiser = torch.optim.Adam(model.parameters(), 5e-3)
    generator = torch.Generator().manual_seed(0)
    for _ in range(steps):
        rows = torch.randint(len(x), (64,), generator=generator)
        optimiser.zero_grad()
        loss(model(torch.tensor(x[rows])), torch.tensor(y[rows])).backward()
        optimiser.step()
    return model.eval()


def torch_heartbeats(folder):
    import torch
    from torch import nn
    torch.manual_seed(0)
    x, y = heartbeats(600, 1)
    model = nn.Sequential(
        nn.Conv1d(2, 8, 7, padding=3), nn.BatchNorm1d(8), nn.ReLU(), nn.MaxPool1d(2),
        nn.Conv1d(8, 16, 5, padding=2, stride=2), nn.ReLU(), nn.AvgPool1d(4), nn.Flatten(), nn.Linear(64, 2))
    fit(model, x, y, nn.CrossEntropyLoss())
    torch.onnx.export(model, (torch.tensor(x[:1]),), f"{folder}/m.onnx", dynamo=False, dynamic_axes={"x": {0: "n"}},
                      input_names=["x"])
    return x, y, *heartbeats(200, 2)


def keras_heartbeats(folder):
    import keras
    keras.utils.set_random_seed(0)
    (x, y), (tx, ty) = heartbeats(600, 1), heartbeats(200, 2)
    x, tx = x.transpose(0, 2, 1).copy(), tx.transpose(0, 2, 1).copy()
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((64, 2)), layers.Conv1D(8, 7, padding="same", use_bias=False), layers.BatchNormalization(), layers.ReLU(),
        layers.MaxPooling1D(2), layers.Conv1D(16, 5, padding="same", strides=2, activation="relu"),
        layers.GlobalAveragePooling1D(), layers.Dense(2, activation="softmax")])
    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=60, batch_size=64, verbose=0)
    model.export(f"{folder}/m.onnx", format="onnx", verbose=False)
    return x, y, tx, ty


def autoencoder(folder):
    import torch
    from torch import nn
    torch.manual_seed(0)
    x, _ = digits()
    model = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 16), nn.ReLU(), nn.Linear(16, 48), nn.ReLU(), nn.Linear(48, 64))
    fit(model, x[:1400], x[:1400], nn.MSELoss(), 1500)
    torch.onnx.export(model, (torch.tensor(x[:1]),), f"{folder}/m.onnx", dynamo=False, dynamic_axes={"x": {0: "n"}},
                      input_names=["x"])
    return x[:1400], x[:1400], x[1400:], x[1400:]


def sklearn_mlp(folder):
    from skl2onnx import to_onnx
    from sklearn.neural_network import MLPClassifier
    x, y = digits()
    model = MLPClassifier((64, 32), random_state=0, max_iter=60).fit(x[:1400], y[:1400])
    model = to_onnx(model, x[:1], options={"zipmap": False})
    with open(f"{folder}/m.onnx", "wb") as file: file.write(model.SerializeToString())
    return x[:1400], y[:1400], x[1400:], y[1400:]


def application(name):
    def make(folder):
        import keras
        keras.utils.set_random_seed(0)
        model = getattr(keras.applications, name)(weights=None)
        for weight in model.weights:  # As after training: batch normalisation is no identity.
            if "moving_mean" in weight.path: weight.assign(np.random.normal(0, 0.1, weight.shape))
            if "moving_variance" in weight.path: weight.assign(np.random.uniform(0.5, 1.5, weight.shape))
        x = np.random.default_rng(0).normal(size=(1, 224, 224, 3)).astype(np.float32)
        model(x)  # The exporter asks that it was called.
        model.export(f"{folder}/m.onnx", format="onnx", verbose=False)
        return x
    return make


# Packages, what makes the file and the data, more options of evaluate and convert, what may be lost: points of
# accuracy, or of values the factor between squared errors.
CASES = {
    "torch-heartbeats": (["torch", "onnx"], torch_heartbeats, [], 2),
    "keras-heartbeats": (["keras", "torch", "onnxscript"], keras_heartbeats, [], 2),
    "torch-autoencoder": (["torch", "onnx", "sklearn"], autoencoder, [], 1.5),
    "sklearn-mlp": (["sklearn", "skl2onnx"], sklearn_mlp, ["--output-name", "probabilities"], 2),
}
APPLICATIONS = {
    f"keras-{name}": (["keras", "torch", "onnxscript"], application(name), [], None)
    for name in ["MobileNet", "MobileNetV2", "ResNet50", "DenseNet121"]
}


def missing(packages):
    for name in ["numpy", "onnxruntime"] + packages:
        try: importlib.import_module(name)
        except ImportError as error: return str(error)


def run(folder, *arguments):
    result = subprocess.run([nmsim, *arguments], cwd=folder, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"nmsim {' '.join(arguments)}: status {result.returncode}: {(result.stderr or result.stdout).strip()}")
    return result.stdout


def case(name, folder):
    _, make, more, allowed = {**CASES, **APPLICATIONS}[name]
    data = make(folder)
    x = data if allowed is None else data[2]
    session = ort.InferenceSession(f"{folder}/m.onnx", providers=["CPUExecutionProvider"])
    outputs = [more[more.index("--output-name") + 1]] if "--output-name" in more else [session.get_outputs()[0].name]
    feed = session.get_inputs()[0]
    y = session.run(outputs, {feed.name: x})[0]
    np.save(f"{folder}/x.npy", x)
    run(folder, "evaluate", "m.onnx", "--input", "x.npy", "-o", "out.npy", "-q", *more)
    error = float(np.abs(np.load(f"{folder}/out.npy").reshape(y.shape) - y).max() / np.abs(y).max())
    text = f"{name}: difference {error:.1e}"
    good = error <= 1e-5
    if allowed is not None:
        for key, value in zip(["cx", "cy", "x", "y"], data): np.save(f"{folder}/{key}.npy", value)
        run(folder, "convert", "m.onnx", "--calibration", "cx.npy", "--calibration-labels", "cy.npy", "-o", "net.json", "-q", *more)
        run(folder, "compile", "net.json", "--chip", "ideal", "-o", "net.nmsim", "-q")
        run(folder, "run", "net.nmsim", "--input", "x.npy", "--labels", "y.npy", "--ticks", str(STEPS), "--json", "run.json", "-q")
        with open(f"{folder}/run.json") as file: result = json.load(file)
        if data[3].dtype == np.int64:
            ann, snn = 100 * result["ann"]["accuracyOnTheseSamples"], 100 * result["accuracy"]
            text += f", accuracy of the ANN {ann:.1f} %, of {STEPS} steps {snn:.1f} %"
            good = good and snn >= ann - allowed
        else:
            ann, snn = float(((y - data[3]) ** 2).mean()), result["error"]["mse"]
            text += f", squared error of the ANN {ann:.5f}, of {STEPS} steps {snn:.5f}"
            good = good and snn <= allowed * ann
    return ("ok " if good else "failed ") + text, good


names = [a for a in sys.argv[2:] if not a.startswith("--")]
names = names or [*CASES, *(APPLICATIONS if "--applications" in sys.argv else [])]
nmsim, failures = os.path.abspath(sys.argv[1]), 0
for name in names:
    absent = missing({**CASES, **APPLICATIONS}[name][0])
    if absent:
        print(f"skipped {name}: {absent}", flush=True)
        continue
    import numpy as np, onnxruntime as ort
    ort.set_default_logger_severity(3)
    with tempfile.TemporaryDirectory() as folder:
        try: text, good = case(name, folder)
        except RuntimeError as error: text, good = f"failed {name}: {error}", False
        print(text, flush=True)
        failures += not good
sys.exit(1 if failures else 0)
