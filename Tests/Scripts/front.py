#!/usr/bin/env python3
"""Draw what method_tables.py measured: accuracy against accumulates and against ticks, with the Pareto front of each.

usage: front.py RESULTS.json TITLE OUT.svg [LEAST]

RESULTS.json is a file of method_tables.py's work folder, LEAST the accuracy in percent at the foot of the axis (60).
Needs Python 3.9 and nothing else.
"""
import json
import math
import sys
from html import escape

COLOURS = ["#8a8f98", "#5b8def", "#1f5fbf", "#0b3d91", "#d9822b", "#2a9d6f", "#c2410c", "#7c3aed", "#b5179e", "#3f4a56",
           "#b8860b", "#0e7490", "#e11d48", "#65a30d", "#57534e"]
WIDTH, HEIGHT, LEFT, TOP, GAP = 380, 300, 52, 64, 74


def points(results, key):
    """(row, T, x, accuracy in percent) of every cell."""
    return [(row, int(step), cell[key], 100 * cell["accuracy"])
            for row, found in results.items() for step, cell in found.items()]


def front(cells):
    """The cells that no other beats in both, by rising x."""
    kept = []
    for cell in sorted(cells, key=lambda cell: (cell[2], -cell[3])):
        if not kept or cell[3] > kept[-1][3]:
            kept.append(cell)
    return kept


def panel(cells, at, title, marks, rows, least, most, ann):
    low, high = min(c[2] for c in cells) / 1.15, max(c[2] for c in cells) * 1.15
    x = lambda value: at + WIDTH * math.log(value / low) / math.log(high / low)
    y = lambda value: TOP + HEIGHT * (most - max(value, least)) / (most - least)
    out = [f'<rect x="{at}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#9aa0a6"/>']
    for value in range(math.ceil(least / 5) * 5, int(most) + 1, 5):
        out.append(f'<path d="M{at} {y(value):.1f}h{WIDTH}" stroke="#e3e5e8"/>'
                   f'<text x="{at - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value}</text>')
    for value, label in marks:
        if low <= value <= high:
            out.append(f'<path d="M{x(value):.1f} {TOP}v{HEIGHT}" stroke="#e3e5e8"/>'
                       f'<text x="{x(value):.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{label}</text>')
    out.append(f'<text x="{at + WIDTH / 2}" y="{TOP + HEIGHT + 36}" text-anchor="middle">{title}</text>')
    out.append(f'<path d="M{at} {y(ann):.1f}h{WIDTH}" stroke="#333" stroke-dasharray="5 4"/>'
               f'<text x="{at + 6}" y="{y(ann) - 5:.1f}">ANN {ann:.2f} %</text>')
    best = front(cells)
    path = f"M{x(best[0][2]):.1f} {y(best[0][3]):.1f}" + "".join(
        f"H{x(c[2]):.1f}V{y(c[3]):.1f}" for c in best[1:])
    out.append(f'<path d="{path}" fill="none" stroke="#333" stroke-width="1.5"/>')
    for row, step, value, accuracy in cells:
        if accuracy < least:
            continue
        colour = COLOURS[rows.index(row) % len(COLOURS)]
        out.append(f'<circle cx="{x(value):.1f}" cy="{y(accuracy):.1f}" r="4.5" fill="{colour}" stroke="#fff">'
                   f"<title>{escape(row)}, T = {step}: {accuracy:.2f} %</title></circle>")
    last = -20
    for row, step, value, accuracy in best:
        if accuracy >= least and x(value) - last >= 14:
            last = x(value)
            out.append(f'<text x="{last + 5:.1f}" y="{y(accuracy) + 15:.1f}" font-size="11">{step}</text>')
    return out


def main(source, title, target, least=60.0):
    with open(source) as file:
        results = json.load(file)
    rows, least = list(results), float(least)
    ann = 100 * next(cell["ann"] for found in results.values() for cell in found.values() if cell.get("ann"))
    most = max(ann, max(c[3] for c in points(results, "ticks"))) + 1.5
    accumulates = [(n * 10**e, f"{n * 10**e / 1e6:g} M" if e > 5 else f"{n * 10**e / 1e3:g} k")
                   for e in range(4, 10) for n in (1, 2, 5)]
    ticks = [(2**n, str(2**n)) for n in range(1, 11)]
    second = LEFT + WIDTH + GAP
    lines = math.ceil(len(rows) / 2)
    full, foot = second + WIDTH + 16, TOP + HEIGHT + 62
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full} {foot + 20 * lines}" '
           'font-family="system-ui, sans-serif" font-size="12" fill="#222">',
           f'<rect width="{full}" height="{foot + 20 * lines}" fill="#fff"/>',
           f'<text x="{LEFT}" y="24" font-size="16" font-weight="600">{escape(title)}</text>',
           f'<text x="{LEFT}" y="46">Accuracy in percent, from {least:g} on; numbers beside the front: time steps T</text>']
    out += panel(points(results, "accumulates"), LEFT, "accumulates per image", accumulates, rows, least, most, ann)
    out += panel(points(results, "ticks"), second, "ticks per image", ticks, rows, least, most, ann)
    for index, row in enumerate(rows):
        at, line = (LEFT, index) if index < lines else (second, index - lines)
        out.append(f'<circle cx="{at + 5}" cy="{foot + 20 * line}" r="4.5" fill="{COLOURS[index % len(COLOURS)]}"/>'
                   f'<text x="{at + 16}" y="{foot + 20 * line + 4}">{escape(row)}</text>')
    with open(target, "w") as file:
        file.write("\n".join(out) + "\n</svg>\n")


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
