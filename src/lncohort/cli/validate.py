"""`lncohort validate`."""

from typing import Annotated

import typer

from lncohort.cli.arguments import Out, Patients, Seed


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
