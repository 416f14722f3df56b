"""The picture of `zoo compare --plot`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from zoo.commands.compare import short

INK = "#24292f"
FAINT = "#d0d7de"
COLOURS = ("#8c959f", "#1f6feb", "#1a7f5a", "#8250df")
START = "#d9a441"


def draw(rows: list[dict[str, Any]], title: str, path: Path) -> None:
    """Two panels: instructions a second, and where the seconds of a whole run went."""
    figure: Any = Figure(figsize=(9, 1.7 + 0.55 * len(rows)), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, sharey=True)
    figure.suptitle(
        f"{title}: {rows[0]['instructions']:,} instructions", color=INK, fontsize=13, weight="bold"
    )
    names = [row["engine"] for row in rows]
    rates = [row["instructions_per_second"] for row in rows]
    start = [row["startup_seconds"] for row in rows]
    run = [row["seconds"] for row in rows]
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(rows))]

    left.barh(names, rates, color=colours, height=0.6)
    labels = [f" {short(row['instructions_per_second'])}  (× {row['ratio']:.3g})" for row in rows]
    _finish(left, "Instructions a second", max(rates), labels, rates)

    right.barh(names, start, color=START, height=0.6, label="start-up")
    right.barh(names, run, left=start, color=colours, height=0.6, label="running")
    whole = [a + b for a, b in zip(start, run, strict=True)]
    _finish(
        right,
        "Seconds, of which the start-up is yellow",
        max(whole),
        [f" {s:.2f} s" for s in whole],
        whole,
    )
    left.invert_yaxis()
    figure.savefig(path, dpi=160)


def _finish(axes: Any, title: str, longest: float, labels: list[str], ends: list[float]) -> None:
    """Take away what says nothing, and write the figures beside the bars."""
    axes.set_title(title, color=INK, fontsize=10, loc="left")
    axes.set_xlim(0, longest * 1.38)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0, labelsize=10, labelcolor=INK)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color(FAINT)
    for k, (label, end) in enumerate(zip(labels, ends, strict=True)):
        axes.text(end, k, label, va="center", ha="left", color=INK, fontsize=10)
