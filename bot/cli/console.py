"""What the commands print on: progress and results on one, refusals on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from labeling.refusal import Refusal

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

OnProgress = Callable[[str, float], None]
"""What is being done, and how much of it is done (0 to 1)."""


def say_refusal(refusal: Refusal) -> None:
    err.print(f"[bold red]handraise:[/] {escape(str(refusal))}", soft_wrap=True)


def say_notes(notes: Iterable[str]) -> None:
    for note in notes:
        err.print(f"[yellow]note:[/] {escape(note)}", soft_wrap=True)


@contextmanager
def progress() -> Iterator[OnProgress]:
    """A bar that says what is being done; silent where nobody watches."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=share)
