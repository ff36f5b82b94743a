"""`lncohort simulate`."""

import typer

from lncohort.cli.arguments import Out, Patients, Seed


def simulate(patients: Patients, seed: Seed, out: Out) -> None:
    """Write a synthetic extract, with its truth beside it."""
    from lncohort.simulate import simulate_extract

    simulate_extract(patients, seed, out)
    typer.echo(f"{out}: {patients} simulated patients, seed {seed}")
