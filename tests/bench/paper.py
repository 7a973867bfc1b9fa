"""Tables for people, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.cli.console import out
from tests.bench.figure import Figure, Sheet

WIDE = 110
"""Columns that a table of many needs; a file has 80 otherwise, and folds every word."""


def show_wide(table: Table) -> None:
    """For tables of many columns."""
    Console(width=max(out.width, WIDE), highlight=False).print(table)


def show(sheet: Sheet) -> None:
    """One table a sheet; below it, how the figures were taken."""
    table = Table(title=f"[bold]{sheet.title}[/]", title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    for heading in ("median", "p95 or most", "n"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for figure in sheet.figures:
        table.add_row(
            figure.name, _value(figure, figure.median), _tail(figure), str(len(figure.samples)), figure.note
        )
    out.print()
    out.print(table)
    for note in sheet.notes:
        out.print(f"[dim]{note}[/]")


def _tail(figure: Figure) -> str:
    if len(figure.samples) == 1:
        return ""
    return _value(figure, figure.p95 if figure.p95 is not None else max(figure.samples))


def _value(figure: Figure, value: float) -> str:
    digits = {"s": 1, "ms": 1, "%": 1, "×": 2}.get(figure.unit, 0)
    return f"{value:,.{digits}f} {figure.unit}"


def keep(file: Path, machine: Mapping[str, Any], quick: bool, sheets: Mapping[str, Sheet]) -> None:
    """Written after every topic, so that a run cut short leaves what it has."""
    file.parent.mkdir(exist_ok=True)
    topics = {name: sheet.to_json() for name, sheet in sheets.items()}
    written = json.dumps({"machine": machine, "quick": quick, "topics": topics}, indent=1, ensure_ascii=False)
    file.write_text(written + "\n", encoding="utf-8")
