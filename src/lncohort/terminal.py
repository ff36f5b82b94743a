"""What the command line prints."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from lncohort.texts.one_line import printable

if TYPE_CHECKING:  # a table is printed without pandas
    from lncohort.results import Results


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Print a title and its table; columns whose every entry is a number are set to the right.

    A table without columns is its title alone. Texts are printed as they stand: brackets in the
    name of a drug are no markup.
    """
    rows = [[printable(str(value)) for value in row] for row in rows]
    table = Table(box=None, pad_edge=False)
    for i, column in enumerate(columns):
        numbers = all(row[i].replace("<", "").replace(".", "").isdigit() for row in rows)
        table.add_column(Text(column), justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console()
    console.print(Text(title, style="italic"))
    if columns:
        console.print(table)
    console.print()


def print_progress(stage: str, rows: int | None, seconds: float | None) -> None:
    """Print one line a stage; of one that still runs (no seconds), where somebody looks at it."""
    console = Console(stderr=True, highlight=False, markup=False)
    told = "" if rows is None else f"{rows:>12,} rows"
    if seconds is not None:
        console.print(f"{stage:<26}{told:<18}{seconds:8.2f} s")
    elif console.is_terminal:
        console.print(f"{stage:<26}{told:<18}       ...", end="\r")


@contextmanager
def cohorts_done(total: int) -> Iterator[Callable[[int], None]]:
    """A line with the cohorts done and the time left; nothing where nobody looks at it."""
    console = Console(stderr=True)
    columns = ("cohorts", BarColumn(), MofNCompleteColumn(), "time left", TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as line:
        task = line.add_task("cohorts", total=total)
        yield lambda done: line.update(task, completed=done)


def main_estimates(results: "Results") -> Iterator[str]:
    """A line for the adjusted odds ratio of use, and one for each analysis that emulates the study's
    target trial; the main one first, as in the report.
    """
    from lncohort.report.answer import leads
    from lncohort.report.timed import answers

    trial = results.study.target_trial
    emulated = [
        f"target trial, {found.label.lower()}: {found.measure} {found.numbers}"
        for found in (answers(results) if trial else ())
        if found.analysis in trial.emulated_by
    ]
    lines = [_ever_use(results), *emulated]
    if leads(results.study):
        lines = [*emulated, f"all use in follow-up: {lines[0]}"]
    yield f"main estimate: {lines[0]}"
    yield from lines[1:]


def _ever_use(results: "Results") -> str:
    from lncohort.report.numbers import p_phrase, with_interval

    estimates = results.estimates
    analysis = next((a.name for a in results.study.analyses if a.kind == "use"), None)
    found = estimates[
        (estimates["analysis"] == analysis)
        & (estimates["model"] == "adjusted")
        & (estimates["level"] == "ever")
    ]
    if found.empty:
        return "the study has no analysis of use"
    row = found.iloc[0]
    drug, outcome = results.study.exposure.drug, results.study.outcome.label
    if row["estimate"] != row["estimate"]:
        return f"{drug} ever against never, {outcome}: {row['note']}"
    return (
        f"{drug} ever against never, {outcome}: adjusted OR "
        f"{with_interval(row['estimate'], row['ci_low'], row['ci_high'])}, "
        f"{p_phrase(row['p_value'])}"
    )
