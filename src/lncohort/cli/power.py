"""`lncohort power`."""

from typing import Annotated

import typer

from lncohort.cli.arguments import Seed

SAMPLES = 20_000


def power(
    n: Annotated[list[int], typer.Option("--n", min=4, help="patients (several may be given)")],
    first: Annotated[float, typer.Option("--first", help="share given the first drug")],
    second: Annotated[float, typer.Option("--second", help="share given the second drug")],
    baseline: Annotated[float, typer.Option("--baseline", help="risk of those given neither")],
    odds_ratio: Annotated[float, typer.Option("--or", help="of the first drug alone")],
    second_odds_ratio: Annotated[float, typer.Option("--second-or", help="of the second alone")],
    product: Annotated[float, typer.Option("--product", help="joint OR over their product")],
    both: Annotated[
        float | None, typer.Option("--both", help="share given both; else as if independent")
    ] = None,
    samples: Annotated[int, typer.Option("--samples", min=100, help="simulated studies")] = SAMPLES,
    seed: Seed = 1,
) -> None:
    """Tell the power of an odds ratio, of the product term and of RERI by number of patients."""
    from lncohort.estimate.power import Design, power_by_formula, power_by_simulation
    from lncohort.terminal import print_table

    together = first * second if both is None else both
    design = Design(first, second, together, baseline, odds_ratio, second_odds_ratio, product)
    rows = []
    for patients in n:
        exact = power_by_formula(design, patients)
        found = power_by_simulation(design, patients, samples, seed)
        told = [f"{row.power:.3f} ({row.mc_se:.3f})" for row in found.itertuples()]
        rows.append(
            (patients, f"{exact['OR']:.3f}", f"{exact['product']:.3f}", *told),
        )
    print_table(
        f"Power at a two-sided 5 %: OR {odds_ratio:g}, product {product:g}, RERI {design.reri:.2f}",
        (
            "patients",
            "OR, formula",
            "product, formula",
            "OR, simulated",
            "product, simulated",
            "RERI, simulated",
        ),
        rows,
    )
    typer.echo(
        "Formula: Wald test (Demidenko, Stat Med 2007;26:3385 and 2008;27:36). Simulated: share of "
        f"{samples:,} studies, with its Monte Carlo standard error; without covariates."
    )
