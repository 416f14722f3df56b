"""The picture of `zoo compare --plot`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from zoo.commands.compare import label, short

INK = "#24292f"
FAINT = "#d0d7de"
COLOURS = {"interp": "#8c959f", "jit": "#1f6feb", "recompile": "#1a7f5a", "auto": "#8250df"}
START = "#d9a441"
APART = 1.12  # a sample's time is so many times that of the one before


def draw(rows: list[dict[str, Any]], title: str, path: Path) -> None:
    """Two panels of bars: instructions a second, and where the seconds of a whole run went. Below
    them, instructions a second over time: how the engines warm up."""
    bars = 0.9 + 0.42 * len(rows)
    figure: Any = Figure(figsize=(9, bars + 4), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(
        f"{title}: {rows[0]['instructions']:,} instructions", color=INK, fontsize=13, weight="bold"
    )
    upper, lower = figure.subfigures(2, 1, height_ratios=(bars, 3.6))
    left, right = upper.subplots(1, 2, sharey=True)
    _bars(left, right, rows)
    _lines(lower.subplots(), rows)
    figure.savefig(path, dpi=160)


def _bars(left: Any, right: Any, rows: list[dict[str, Any]]) -> None:
    names = [label(row) for row in rows]
    rates = [row["instructions_per_second"] for row in rows]
    start = [row["startup_seconds"] for row in rows]
    run = [row["seconds"] for row in rows]
    colours = [COLOURS[row["engine"]] for row in rows]

    left.barh(names, rates, color=colours, height=0.6)
    labels = [f" {short(row['instructions_per_second'])}  (× {row['ratio']:.3g})" for row in rows]
    _finish(left, "Instructions a second", labels, rates)

    right.barh(names, start, color=START, height=0.6)
    right.barh(names, run, left=start, color=colours, height=0.6)
    whole = [a + b for a, b in zip(start, run, strict=True)]
    labels = [f" {seconds:.2f} s" for seconds in whole]
    _finish(right, "Seconds; yellow: the start and the end of the process", labels, whole)
    left.invert_yaxis()


def _finish(axes: Any, title: str, labels: Sequence[str], ends: Sequence[float]) -> None:
    """Take away what says nothing, and write the figures beside the bars."""
    axes.set_title(title, color=INK, fontsize=10, loc="left")
    axes.set_xlim(0, max(*ends, 1e-9) * 1.38)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0, labelsize=10, labelcolor=INK)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color(FAINT)
    for k, (text, end) in enumerate(zip(labels, ends, strict=True)):
        axes.text(end, k, text, va="center", ha="left", color=INK, fontsize=10)


def _lines(axes: Any, rows: list[dict[str, Any]]) -> None:
    """A line of steps for each row. Time is logarithmic: warming up is over in a second, and the
    interpreter may take minutes."""
    drawn = [(row, *steps(row["samples"])) for row in rows if len(row["samples"]) > 1]
    begin = min((edges[1] for _, edges, _ in drawn), default=1) / 2  # a logarithm has no 0
    for row, (_, *edges), rates in drawn:
        axes.stairs(
            rates,
            [begin, *edges],
            baseline=None,
            color=COLOURS[row["engine"]],
            linestyle="--" if row["again"] else "-",
            linewidth=1.8,
            label=_words(row),
        )
    axes.set_xscale("log")
    axes.set_ylim(0)
    axes.set_title("Instructions a second, over time", color=INK, fontsize=10, loc="left")
    axes.set_xlabel("seconds since the first instruction", color=INK, fontsize=9)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")  # pyright: ignore
    axes.yaxis.set_major_formatter(lambda y, _: short(y))  # pyright: ignore
    axes.tick_params(labelsize=9, labelcolor=INK, color=FAINT, which="both")
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)
    if not drawn:
        return
    axes.legend(
        frameon=False,
        fontsize=9,
        labelcolor=INK,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.16),
        ncols=4 if len(rows) <= 4 else 3,
    )


def _words(row: dict[str, Any]) -> str:
    """What a line is, in the legend."""
    if row["again"]:
        return f"{label(row)}: the translations are there"
    if row["translations"]:
        return f"{label(row)}: begins without translations"
    return label(row)


def steps(samples: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    """From samples (seconds, instructions) the edges of steps, and the rate in each.

    Samples that are close together, as they would be drawn, are taken as one.
    """
    chosen = [samples[0]]
    for sample in samples[1:]:
        if sample[0] > chosen[-1][0] * APART:
            chosen.append(sample)
    chosen[1:] = [*chosen[1:-1], samples[-1]]  # to the very end
    rates = [(b[1] - a[1]) / max(b[0] - a[0], 1e-9) for a, b in pairwise(chosen)]
    return [seconds for seconds, _ in chosen], rates
