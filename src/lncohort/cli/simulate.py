"""`lncohort simulate`."""

from typing import Annotated

import typer

from lncohort.cli.arguments import Out, Patients, Seed


def simulate(
    patients: Patients,
    seed: Seed,
    out: Out,
    scenario: Annotated[
        str, typer.Option("--scenario", help="a simulated world of docs/simulation.md")
    ] = "nanjing",
) -> None:
    """Write a synthetic extract, with its truth beside it."""
    from lncohort.simulate import simulate_extract

    simulate_extract(patients, seed, out, scenario)
    of = "" if scenario == "nanjing" else f" of the scenario {scenario}"
    typer.echo(f"{out}: {patients} simulated patients{of}, seed {seed}")
