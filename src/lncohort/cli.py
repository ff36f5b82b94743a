"""The command line: parses, calls the API, prints. Heavy imports stand inside the commands."""

import os
import signal
import sys
from pathlib import Path
from traceback import format_tb
from typing import Annotated

import typer

from lncohort.errors import UserError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Retrospective cohort analysis: from hospital extracts to a report.",
)

StudyArgument = Annotated[str, typer.Argument(help="a shipped study, or the path of a study file")]
Extract = Annotated[Path, typer.Option("--extract", help="folder of the extract")]
Out = Annotated[Path, typer.Option("--out", help="folder to be made")]
Patients = Annotated[int, typer.Option("--patients", min=1, help="patients of an extract")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="the same seed gives the same data")]


def main() -> None:
    """Run a command.

    What the user can mend is told without a traceback, with exit code 2. An error of ours is told
    by its place, with exit code 1; its text may quote a patient's values and is shown only where
    LNCOHORT_DEBUG is set. A signal to end is obeyed once what is half-written is removed, with
    exit code 128 + its number.
    """
    signals = []

    def stop(number, _frame):
        signals.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        app()
    except BaseException as error:
        done = isinstance(error, SystemExit) and not error.code
        if signals and not done:  # libraries may have made another error of it
            typer.echo("Interrupted: nothing half-written is left.", err=True)
            sys.exit(128 + signals[0])
        if isinstance(error, UserError):
            typer.echo(f"Error: {error}", err=True)
            sys.exit(2)
        if isinstance(error, SystemExit) or os.environ.get("LNCOHORT_DEBUG"):
            raise
        typer.echo("".join(format_tb(error.__traceback__)), err=True)
        typer.echo(
            f"Error: {type(error).__name__}, a fault of lncohort and not of your input. Report it "
            "with the lines above; they hold no data. Its text may quote a patient's values: "
            "LNCOHORT_DEBUG=1 shows it to you alone.",
            err=True,
        )
        sys.exit(1)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"lncohort {version('lncohort')}")
        raise typer.Exit


@app.callback()
def lncohort(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version."),
    ] = False,
) -> None:
    """Retrospective cohort analysis: from hospital extracts to a report."""


@app.command()
def contract() -> None:
    """Print what an extract must hold: tables, columns, types, units."""
    from lncohort.extract.contract import CONTRACT
    from lncohort.terminal import print_table

    for table in CONTRACT:
        print_table(
            f"{table.name}.parquet: one row is {table.row}; key {', '.join(table.key)}",
            ("column", "type", "missing", "meaning"),
            [
                (
                    column.name,
                    column.type,
                    "allowed" if column.nullable else "no",
                    column.meaning + (f": {', '.join(column.values)}" if column.values else ""),
                )
                for column in table.columns
            ],
        )


@app.command()
def codes(
    concept: Annotated[str, typer.Argument(help="a concept; without it all are listed")] = "",
    find: Annotated[str, typer.Option("--find", help="a name or code of an extract")] = "",
    lists: Annotated[list[Path] | None, typer.Option("--lists", help="CSV of your own")] = None,
    only: Annotated[bool, typer.Option("--only", help="without the shipped lists")] = False,
) -> None:
    """Print the codes and names that stand for a concept, or the concept of a name."""
    from lncohort.codes import read_code_lists
    from lncohort.codes.tell import all_concepts, found_concepts, of_concept
    from lncohort.terminal import print_table

    known = read_code_lists(lists or (), only)
    if find:
        title, columns, rows = found_concepts(known, find)
    elif concept:
        title, columns, rows = of_concept(known, concept)
    else:
        title, columns, rows = all_concepts(known)
    print_table(title, columns, rows)


@app.command()
def studies() -> None:
    """List the studies that ship."""
    from lncohort.study import load_study
    from lncohort.study import studies as shipped

    for name in shipped():
        typer.echo(f"{name}: {load_study(name).info.title}")


@app.command()
def describe(study: StudyArgument) -> None:
    """Print the protocol of a study in plain English."""
    from lncohort.study import load_study
    from lncohort.study.describe import describe as tell

    typer.echo(tell(load_study(study)), nl=False)


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="a table, a column, or a word of a rule")],
) -> None:
    """Print the rule behind a table, a column or a setting, and its file in sql/."""
    from lncohort.explain import explain as tell

    typer.echo(tell(name))


@app.command("init-study")
def init_study(
    file: Annotated[Path, typer.Argument(help="study file to be made")],
) -> None:
    """Write the Nanjing study with its comments into a file of your own."""
    from lncohort.folders import write_new
    from lncohort.study import study_source

    _, source = study_source("nanjing")
    write_new(file, source)
    typer.echo(f"{file}: edit it, then read it back with `lncohort describe {file}`")


@app.command()
def simulate(patients: Patients, seed: Seed, out: Out) -> None:
    """Write a synthetic extract, with its truth beside it."""
    from lncohort.simulate import simulate_extract

    simulate_extract(patients, seed, out)
    typer.echo(f"{out}: {patients} simulated patients, seed {seed}")


@app.command()
def check(
    extract: Annotated[Path, typer.Argument(help="folder of the extract")],
    study: Annotated[str, typer.Option("--study", help="the study it is for")] = "nanjing",
) -> None:
    """Check an extract, and say what a run would reject; exit code 0 or 2."""
    from lncohort.preview import print_check
    from lncohort.study import load_study

    print_check(extract, load_study(study))


@app.command()
def run(
    study: StudyArgument,
    extract: Extract,
    out: Out,
    force: Annotated[bool, typer.Option("--force", help="replace an earlier run")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="print nothing but errors")] = False,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="of DuckDB")] = None,
) -> None:
    """Run a study on an extract and write its report, tables, figures and manifest."""
    from lncohort.run import run_study
    from lncohort.terminal import main_estimate, print_progress

    results = run_study(
        study,
        extract,
        out,
        force=force,
        threads=threads,
        progress=None if quiet else print_progress,
    )
    if not quiet:
        flagged = [f["flag"] for f in results.flags if f["severity"] != "pass"]
        typer.echo(main_estimate(results))
        typer.echo(f"flags: {', '.join(flagged) or 'none'}")
        typer.echo(f"report: {out / 'report.html'} (analysis_set.parquet stays on this machine)")


@app.command()
def validate(
    patients: Patients,
    seed: Seed,
    out: Out,
    cohorts: Annotated[int, typer.Option(min=2, help="simulated cohorts")] = 200,
    study: Annotated[str, typer.Option("--study", help="the study that is judged")] = "nanjing",
) -> None:
    """Run many simulated cohorts through the whole way; report bias and coverage."""
    from lncohort.study import load_study
    from lncohort.validate.write import write_operating_characteristics

    write_operating_characteristics(load_study(study), cohorts, patients, seed, out)
    typer.echo((out / "summary.md").read_text(encoding="utf-8"), nl=False)
    typer.echo(f"\nall estimands: {out / 'operating_characteristics.csv'}")


@app.command()
def timeline(
    extract: Annotated[Path, typer.Argument(help="folder of the extract")],
    patient: Annotated[str, typer.Option("--patient", help="patient_id of the extract")],
    study: Annotated[str, typer.Option("--study", help="its drugs and rules")] = "nanjing",
    svg: Annotated[Path | None, typer.Option("--svg", help="picture to be made")] = None,
) -> None:
    """Show one patient for chart review: patient-level, stays on this machine."""
    from lncohort.extract.extract import Extract
    from lncohort.folders import write_new
    from lncohort.study import load_study
    from lncohort.terminal import print_table
    from lncohort.timeline import NOTICE, draw, patient_timeline

    found = patient_timeline(load_study(study), Extract.open(extract), patient)
    typer.echo(NOTICE)
    for name, on in found.marks.items():
        typer.echo(f"{name}: {on:%Y-%m-%d}")
    for title, columns, rows in found.printed():
        print_table(title, columns, rows)
    if svg is not None:
        write_new(svg, draw(found))
        typer.echo(f"{svg}: drawn. {NOTICE}")


@app.command("results-table")
def results_table(
    extract: Extract,
    out: Annotated[Path, typer.Option("--out", help="markdown file to be made")],
) -> None:
    """Write what the Nanjing study returns on a simulated extract beside what was published."""
    from lncohort.validate.results_table import write_results_table

    write_results_table(extract, out)
    typer.echo(f"{out}")


if __name__ == "__main__":
    main()
