"""Find the causal truth of the nested trials of a scenario: both arms of each, played out.

Run ``python -m lncohort.simulate.counterfactual_trials --help``. Not every scenario has one.
"""

import argparse
import hashlib
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path

from lncohort.simulate.counterfactual import BATCH, jackknifed, one_row_a_line
from lncohort.simulate.feedback.nested_trials import trial_estimands, trial_tallies
from lncohort.simulate.feedback.scenario import Scenario, load_scenario
from lncohort.study import load_study

MEANING = (
    "What would have happened in the trials that begin with each month of 30 days, had all whom the "
    "Nanjing study's cohort lets into one followed each arm, nobody been lost and the data not ended."
)
FOLDER = "trials"
SCENARIOS = ("benefit", "null")
_TRIED = 500  # patients of the fingerprint


def counterfactual_trials(
    scenario: str, patients: int, seed: int, processes: int = 2, batch: int = BATCH
) -> dict:
    """The causal truth of the nested trials of a scenario.

    Parameters and result are as those of :func:`lncohort.simulate.counterfactual.counterfactual`;
    the result is what `scenarios/trials/NAME.json` holds.
    """
    world = load_scenario(scenario)
    with ProcessPoolExecutor(processes) as pool:
        one = partial(trial_tallies, world, load_study("nanjing"), batch, seed)
        batches = list(pool.map(one, range(max(2, -(-patients // batch)))))
    return {
        "meaning": MEANING,
        "fingerprint": trial_fingerprint(world),
        "version": version("lncohort"),
        "seed": seed,
        "patients": int(sum(b["never"][0, 0, 0] for b in batches)),
        "truth": jackknifed(batches, trial_estimands),
    }


def trial_fingerprint(scenario: Scenario) -> str:
    """A hash of what the truth depends on, and of what a few patients come to."""
    told = {
        "scenario": scenario.model_dump(exclude={"title", "lesson", "as_usual"}),
        "parameters": asdict(scenario.parameters()),
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for tally in trial_tallies(scenario, load_study("nanjing"), _TRIED, 0, 0).values():
        digest.update(tally.tobytes())
    return digest.hexdigest()


def main() -> None:
    """Find the truth of scenarios from the command line and write the data files of the package."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "scenarios", nargs="*", default=SCENARIOS, help="by default all that have one"
    )
    parser.add_argument("--patients", type=int, default=150_000, help="under each strategy")
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "scenarios" / FOLDER)
    arguments = parser.parse_args()
    arguments.out.mkdir(exist_ok=True)
    for name in arguments.scenarios:
        found = counterfactual_trials(name, arguments.patients, arguments.seed, arguments.processes)
        (arguments.out / f"{name}.json").write_text(one_row_a_line(found), encoding="utf-8")


if __name__ == "__main__":
    main()
