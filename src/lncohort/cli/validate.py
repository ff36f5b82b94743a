"""`lncohort validate`."""

from typing import Annotated

import typer

from lncohort.cli.arguments import Out, Patients, Seed


def validate(
    out: Out,
    study: Annotated[str, typer.Argument(help="a shipped study, or its file")] = "nanjing",
    scenario: Annotated[str, typer.Option("--scenario", help="simulated process")] = "nanjing",
    cohorts: Annotated[int, typer.Option("--cohorts", min=2, help="simulated cohorts")] = 200,
    patients: Patients = 793,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option("--workers", min=1, help="processes")] = 2,
    resume: Annotated[bool, typer.Option("--resume", help="go on where a run stopped")] = False,
    analysis: Annotated[
        list[str] | None,
        typer.Option("--analysis", help="judge this one (several may be given); else the main"),
    ] = None,
) -> None:
    """Run many simulated cohorts through the whole way; report bias, coverage and power."""
    from lncohort.study import load_study
    from lncohort.terminal import cohorts_done
    from lncohort.validate.plan import Plan
    from lncohort.validate.truths import judged
    from lncohort.validate.write import validate as run

    chosen = judged(load_study(study), scenario, tuple(analysis or ()))
    plan = Plan(chosen, scenario, cohorts, patients, seed)
    try:
        with cohorts_done(cohorts) as progress:
            sentences = run(plan, out, workers, resume, progress)
    except KeyboardInterrupt:
        typer.echo("Finished cohorts are kept: the same command with --resume goes on.", err=True)
        raise
    for sentence in sentences:
        typer.echo(sentence)
    typer.echo(f"report: {out / 'validation.html'}")
