"""`lncohort run`."""

from pathlib import Path
from typing import Annotated

import typer

from lncohort.cli.arguments import MappingOrNone, Out, StudyArgument


def run(
    study: StudyArgument,
    out: Out,
    extract: Annotated[Path | None, typer.Option("--extract", help="folder of the extract")] = None,
    mapping: MappingOrNone = None,
    force: Annotated[bool, typer.Option("--force", help="replace an earlier run")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="print nothing but errors")] = False,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="of DuckDB")] = None,
) -> None:
    """Run a study on an extract and write its report, tables, figures and manifest."""
    from lncohort.errors import UserError
    from lncohort.run import run_study
    from lncohort.terminal import main_estimates, print_progress

    progress = None if quiet else print_progress
    if (extract is None) == (mapping is None):
        raise UserError("run: expected --extract FOLDER or --mapping FILE, one of the two")
    if mapping is not None:
        from lncohort.mapping.extract import map_extract

        extract = map_extract(mapping, progress=progress).folder
    results = run_study(
        study,
        extract,
        out,
        force=force,
        threads=threads,
        progress=progress,
    )
    if not quiet:
        doubted = {v: [f.bias for f in results.audit if f.verdict == v] for v in ("fail", "warn")}
        told = [f"{verdict}: {', '.join(found)}" for verdict, found in doubted.items() if found]
        for line in main_estimates(results):
            typer.echo(line)
        typer.echo(f"audit: {'; '.join(told) or 'passed'}")
        typer.echo(f"report: {out / 'report.html'} (analysis_set.parquet stays on this machine)")
