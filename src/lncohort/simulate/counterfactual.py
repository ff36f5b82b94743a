"""Find the causal truth of a scenario: its patients under each strategy, by the process itself.

Run ``python -m lncohort.simulate.counterfactual --help``. All strategies are played out in the same
patients with the same random numbers, so that what treatment does not touch is equal to the day;
the Monte Carlo errors are jackknifed over batches of patients.
"""

import argparse
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from lncohort.simulate.feedback.outcomes import (
    HORIZONS,
    Tally,
    eligible,
    estimands,
    patients_of,
    tally_outcomes,
)
from lncohort.simulate.feedback.process import play
from lncohort.simulate.feedback.scenario import Scenario, load_scenario, scenarios
from lncohort.simulate.feedback.strategy import strategies_of
from lncohort.simulate.patients import draw_patients
from lncohort.simulate.process import random_streams
from lncohort.study import Study, load_study

MEANING = (
    "What would have happened to the patients of the Nanjing study's cohort under each strategy, "
    "had nobody been lost to follow-up and the data not ended; death and kidney failure compete."
)
BATCH = 25_000  # patients played out at a time
_MONTHS = 25  # of 30 days: the two years of the study's follow-up
_TRIED = 1_000  # patients of the fingerprint


def counterfactual(
    scenario: str, patients: int, seed: int, processes: int = 2, batch: int = BATCH
) -> dict:
    """The causal truth of a scenario.

    Parameters
    ----------
    scenario : str
        Name of a shipped scenario of the kind "steps".
    patients : int
        Patients simulated under each strategy, in two batches or more; those whom the study
        would not take are left out.
    seed : int
        Of the first batch and those that follow.
    processes : int
        Batches worked on side by side; the result does not depend on it.
    batch : int
        Patients of a batch.

    Returns
    -------
    dict
        What `scenarios/truth/NAME.json` holds.
    """
    world = load_scenario(scenario)
    with ProcessPoolExecutor(processes) as pool:
        one = partial(tallies, world, load_study("nanjing"), batch, seed)
        batches = list(pool.map(one, range(max(2, -(-patients // batch)))))
    everyone = sum(patients_of(b["never"]) for b in batches)
    return {
        "meaning": MEANING,
        "fingerprint": fingerprint(world),
        "version": version("lncohort"),
        "seed": seed,
        "patients": int(everyone),
        "strategies": [asdict(strategy) for strategy in strategies_of(world)],
        "truth": truth_rows(batches, world),
    }


def fingerprint(scenario: Scenario) -> str:
    """A hash of all that the truth depends on: parameters, strategies, and what a few patients
    come to under them.
    """
    told = {
        "scenario": scenario.model_dump(exclude={"title", "lesson"}),
        "parameters": asdict(scenario.parameters()),
        "strategies": [asdict(strategy) for strategy in strategies_of(scenario)],
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for tally in tallies(scenario, load_study("nanjing"), _TRIED, 0, 0).values():
        digest.update(tally.tobytes())
    return digest.hexdigest()


def tallies(
    scenario: Scenario, study: Study, patients: int, seed: int, batch: int
) -> dict[str, Tally]:
    """Play out one batch of patients under every strategy, and count the outcomes by day.

    Returns
    -------
    dict of str to ndarray of shape (6, days)
        By strategy, what `tally_outcomes` counts in the patients of the study's cohort.
    """
    found, p = {}, scenario.parameters()
    for strategy in strategies_of(scenario):
        streams = random_streams(seed, batch)
        people = draw_patients(streams[0], patients, p)
        lives = play(streams[1:4], people, scenario.process, p, _MONTHS, strategy)
        found[strategy.name] = tally_outcomes(lives, study, eligible(people, study))
    return found


def truth_rows(batches: Sequence[Mapping[str, Tally]], scenario: Scenario) -> list[dict]:
    """Every estimand of the batches taken together, with its jackknife error, and what was
    planted.
    """
    return jackknifed(batches, estimands) + _planted(scenario)


def jackknifed(
    batches: Sequence[Mapping[str, np.ndarray]],
    estimate: Callable[[Mapping[str, np.ndarray]], pd.Series],
) -> list[dict]:
    """What is estimated from the sums of the batches, with its error by leaving each out."""
    total = {name: sum(b[name] for b in batches) for name in batches[0]}
    value = estimate(total)
    left_out = pd.concat(
        [estimate({name: total[name] - b[name] for name in total}) for b in batches], axis=1
    )
    count = len(batches)
    error = left_out.std(axis=1, ddof=0) * np.sqrt(count - 1)
    return [
        dict(zip(value.index.names, key, strict=True))
        | {"value": float(f"{value[key]:.6g}"), "mc_se": float(f"{round(error[key], 9):.2g}")}
        for key in value.index
    ]


def _planted(scenario: Scenario) -> list[dict]:
    """The hazard ratios of latent remission that the scenario states, given all that is known."""
    remission = scenario.process.remission
    planted = {
        "tacrolimus": remission.tacrolimus,
        "tacrolimus_per_mg": remission.tacrolimus_per_mg,
        "cyclophosphamide": remission.cyclophosphamide,
        "product": remission.both,
    }
    return [
        {
            "estimand": "conditional_hazard_ratio",
            "strategy": name,
            "reference": "",
            "day": HORIZONS[-1],
            "value": float(f"{np.exp(log_ratio):.6g}"),
            "mc_se": 0.0,
        }
        for name, log_ratio in planted.items()
    ]


def main() -> None:
    """Find the truth of scenarios from the command line and write the data files of the package."""
    known = [name for name in scenarios() if load_scenario(name).kind == "steps"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", default=known, help="by default all")
    parser.add_argument("--patients", type=int, default=1_050_000, help="under each strategy")
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "scenarios" / "truth")
    arguments = parser.parse_args()
    arguments.out.mkdir(exist_ok=True)
    for name in arguments.scenarios:
        found = counterfactual(name, arguments.patients, arguments.seed, arguments.processes)
        (arguments.out / f"{name}.json").write_text(one_row_a_line(found), encoding="utf-8")


def one_row_a_line(found: dict) -> str:
    """The text of a data file, in which each row of the truth is one line."""
    head = json.dumps({k: v for k, v in found.items() if k != "truth"}, indent=1)
    rows = ",\n  ".join(json.dumps(row) for row in found["truth"])
    return f'{head[:-2]},\n "truth": [\n  {rows}\n ]\n}}\n'


if __name__ == "__main__":
    main()
