"""Trains the network of docs/tutorial.md and writes model.onnx beside this file; about half a minute on one core.

    python3 -m venv venv && venv/bin/pip install torch onnx scikit-learn && venv/bin/python train.py

Handwritten digits of 8x8 pixels from scikit-learn. The 400 images in Examples/digits/test-images.npy are left out of the
training, so that they can judge the network.
"""
import pathlib

import numpy as np
import torch
from sklearn.datasets import load_digits

here = pathlib.Path(__file__).resolve().parent
test = np.load(here.parent / "digits" / "test-images.npy")
digits = load_digits()
images = digits.images.astype(np.uint8)
held_out = {image.tobytes() for image in test}
train = np.array([image.tobytes() not in held_out for image in images])

torch.manual_seed(1)
x = torch.tensor(images[train], dtype=torch.float32)[:, None] / 16
y = torch.tensor(digits.target[train])

model = torch.nn.Sequential(
    torch.nn.Conv2d(1, 12, 3, padding=1), torch.nn.BatchNorm2d(12), torch.nn.ReLU(), torch.nn.AvgPool2d(2),
    torch.nn.Conv2d(12, 24, 3, padding=1), torch.nn.BatchNorm2d(24), torch.nn.ReLU(), torch.nn.AvgPool2d(2),
    torch.nn.Flatten(), torch.nn.Linear(96, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-4)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 60)
for epoch in range(60):
    for batch in torch.randperm(len(x)).split(64):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
        optimizer.step()
    schedule.step()

model.eval()
# The default exporter works as well, but writes paths of this machine into the file.
torch.onnx.export(model, torch.zeros(1, 1, 8, 8), str(here / "model.onnx"), dynamo=False)
labels = torch.tensor(np.load(here.parent / "digits" / "test-labels.npy"))
right = model(torch.tensor(test, dtype=torch.float32)[:, None] / 16).argmax(1) == labels
print(f"{sum(p.numel() for p in model.parameters())} parameters, {100 * right.float().mean():.2f} % of {len(test)} right")
