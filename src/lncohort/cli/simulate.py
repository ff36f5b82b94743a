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
    messy: Annotated[
        bool,
        typer.Option("--messy", help="as a Chinese hospital hands it over, with an answer key"),
    ] = False,
) -> None:
    """Write a synthetic extract, with its truth beside it."""
    if messy:
        from lncohort.simulate.messy import simulate_messy

        simulate_messy(patients, seed, out, scenario)
        typer.echo(f"{out / 'raw'}: the tables of {patients} simulated patients, seed {seed}")
        typer.echo(
            f"{out / 'answer_key.json'}: what is wrong in them; {out / 'truth'}: the extract"
        )
        return
    from lncohort.simulate import simulate_extract

    simulate_extract(patients, seed, out, scenario)
    of = "" if scenario == "nanjing" else f" of the scenario {scenario}"
    typer.echo(f"{out}: {patients} simulated patients{of}, seed {seed}")
