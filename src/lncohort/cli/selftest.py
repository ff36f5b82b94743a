"""`lncohort selftest`."""

from pathlib import Path
from typing import Annotated

import typer


def selftest(
    out: Annotated[
        Path | None, typer.Option("--out", help="evidence to be made: FILE.json and FILE.md")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="leave out the slowest checks")] = False,
) -> None:
    """Check this installed copy; write the evidence for a quality office to sign."""
    from lncohort.folders import refuse_file
    from lncohort.selftest.checks import run_checks
    from lncohort.selftest.evidence import evidence, write_evidence
    from lncohort.terminal import print_table

    if out is not None:
        for suffix in (".json", ".md"):
            refuse_file(out.with_suffix(suffix))
    outcomes = []
    for outcome in run_checks(quick):
        outcomes.append(outcome)
        verdict = "passed" if outcome.passed else "FAILED"
        typer.echo(f"{verdict}: {outcome.check}", err=True)
    print_table(
        "Self-test",
        ("check", "result", "found", "seconds"),
        (
            (o.check, "passed" if o.passed else "FAILED", o.told, f"{o.seconds:.1f}")
            for o in outcomes
        ),
    )
    if out is not None:
        written = write_evidence(evidence(outcomes, quick), out)
        typer.echo(f"evidence: {written[0]}, and to be signed: {written[1]}")
    if not all(outcome.passed for outcome in outcomes):
        raise typer.Exit(1)
