"""Risk against coverage, drawn: how many answers would be wrong if so many messages were answered, surest first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.writing import check_writable, writing
from labeling.refusal import Refusal

if TYPE_CHECKING:
    from labeling.intent_model import RiskCoverage

KINDS = (".png", ".svg")
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Told apart by colour-blind people too (Okabe and Ito, 2008)."""
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)))
"""Beside the colours, for print in black."""
RIGHT = (0.95, 0.98)
"""Shares of right answers that are marked."""
FIRST = 0.02
"""Of so few messages the curve is nothing but chance; it is drawn from here on."""


class PlotRefused(Refusal):
    """A picture of that kind cannot be drawn. Name a file ending in .png or .svg."""


def check_picture(path: Path) -> None:
    """Before anything slow. Raises PlotRefused, or CannotWrite."""
    if path.suffix.lower() not in KINDS:
        raise PlotRefused(f"{path}: a plot must end in {' or '.join(KINDS)}")
    check_writable(path)


def draw_curves(curves: Mapping[str, RiskCoverage], title: str, path: Path) -> None:
    """One line a curve, named in the order given. Raises CannotWrite."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    figure = Figure(figsize=(8, 5), dpi=150, constrained_layout=True)
    axes = figure.subplots()
    worst = 0.0
    for number, (name, curve) in enumerate(curves.items()):
        drawn = curve.coverage >= FIRST
        style = {"color": COLOURS[number % len(COLOURS)], "linestyle": DASHES[number % len(DASHES)]}
        axes.plot(curve.coverage[drawn], curve.risk[drawn], label=name, linewidth=2, **style)
        worst = max(worst, float(curve.risk[drawn].max(initial=0.0)))
    top = max(1.08 * worst, 0.07)
    for share in RIGHT:
        axes.axhline(1 - share, color="#888888", linewidth=0.8, zorder=0)
        axes.text(1.01, 1 - share, f"{share:.0%} right", color="#555555", fontsize=8, va="center")
    axes.set(xlim=(0, 1), ylim=(0, top), title=title)
    axes.set_xlabel("messages answered, surest first")
    axes.set_ylabel("of these answers, wrong")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.spines[["top", "right"]].set_visible(False)
    if len(curves) > 1:
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.02, 1.0))
    with writing(path):
        figure.savefig(path)
