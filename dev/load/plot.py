#!/usr/bin/env python3
"""Draws load.csv as SVG: memory, descriptors, processor, runs, readers and errors over time.

Usage: dev/load/plot.py load.csv summary.json docs/load.svg
"""

import csv
import json
import sys

WIDTH, LEFT, RIGHT, TOP, PANEL, GAP = 860, 70, 20, 64, 92, 34
PANELS = [
    ("memory, MB (RSS)", ["rss_mb"]),
    ("open descriptors", ["descriptors"]),
    ("processor, % of one core", ["cpu_percent"]),
    ("readers and runs under way", ["open_readers", "open_runs"]),
    ("errors", ["errors"]),
]
COLOURS = ["#1f6feb", "#bf5b00"]


def nice(value):
    """The end of a scale: the next of 1, 2, 5 times a power of ten."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step >= value:
                return factor * step
        step *= 10


def panel(rows, title, fields, top, end):
    most = nice(max(1, max(float(row[field]) for row in rows for field in fields)))
    span = WIDTH - LEFT - RIGHT
    parts = [f'<text x="{LEFT}" y="{top - 6}" class="title">{title}</text>']
    for share in (0, 0.5, 1):
        y = top + PANEL - share * PANEL
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" class="scale">{most * share:g}</text>')
    for field, colour in zip(fields, COLOURS):
        points = " ".join(
            f"{LEFT + span * float(row['second']) / end:.1f},"
            f"{top + PANEL - PANEL * float(row[field]) / most:.1f}" for row in rows)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.4"/>')
    return parts


def draw(rows, summary, path):
    end = max(float(row["second"]) for row in rows)
    height = TOP + len(PANELS) * (PANEL + GAP) + 14
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<style>text{font:12px sans-serif;fill:#333}.title{font-weight:600}"
        ".scale{text-anchor:end;fill:#666}.grid{stroke:#ddd}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" class="title">{summary["most_runs"]} runs and '
        f'{summary["most_readers"]} readers at the same time, {summary["minutes"]:g} min: '
        f'{summary["runs_finished"]} runs, {summary["events"] + summary["tokens"]} events read, '
        f'{len(summary["faults"])} faults</text>',
    ]
    top = TOP
    for title, fields in PANELS:
        parts += panel(rows, title, fields, top, end)
        top += PANEL + GAP
    for share in range(6):
        x = LEFT + (WIDTH - LEFT - RIGHT) * share / 5
        parts.append(
            f'<text x="{x}" y="{top - GAP + 18}" text-anchor="middle">{end * share / 5:.0f} s</text>')
    with open(path, "w") as file:
        file.write("\n".join(parts + ["</svg>"]) + "\n")


if __name__ == "__main__":
    with open(sys.argv[1]) as table, open(sys.argv[2]) as told:
        draw(list(csv.DictReader(table)), json.load(told), sys.argv[3])
