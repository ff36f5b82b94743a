"""Find the parameters at which the study's analysis returns the published figures.

Run ``python -m lncohort.simulate.calibrate --help``. The fit is a Broyden iteration on the log
scale (Broyden 1965, Math Comp 19:577) with common random numbers: every evaluation simulates the
same patients, builds them by the SQL and fits the study's own models, so that the noise of
simulation cancels between evaluations. The truth comes from other seeds than the fit.
"""

import argparse
import json
import logging
import math
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from lncohort.analyses import estimate_all
from lncohort.simulate.cohort import simulated_cohort
from lncohort.simulate.parameters import CALIBRATION_FILE, KNOBS, Parameters, calibrated
from lncohort.simulate.truth import MEANING, estimands, large_sample
from lncohort.study import Study, load_study

BATCH = 25_000  # patients simulated, built and dropped at a time
STEP = 0.15  # of the finite differences
LONGEST_STEP = 0.6
FITTED_KINDS = ("use", "dose_band", "duration_band", "joint")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Target:
    """A figure to be met: where it stands in the estimates, and its value."""

    analysis: str
    model: str
    level: str
    measure: str
    value: float

    @property
    def name(self) -> str:
        """The figure's place in the estimates, in words."""
        return f"{self.analysis}: {self.level} ({self.measure})"

    def link(self, value: float) -> float:
        """The scale of the fit: log odds of a percentage, log of a ratio."""
        if self.measure == "percent":
            return math.log(value / (100 - value))
        return math.log(value)


def published_targets(study: Study) -> tuple[Target, ...]:
    """The published figures that the free parameters are to meet, as many as there are of those.

    Four published ratios compare two combinations with two drugs alone; three numbers determine
    them: each combination against cyclophosphamide alone, and mycophenolate alone against it, for
    which the two published pairs give nearly one value: their geometric mean is taken.
    """
    fact = {f.name: f.value for f in study.published.facts if f.value is not None}
    mmf = math.sqrt(
        fact["TAC+CYC vs CYC alone"]
        / fact["TAC+CYC vs MMF alone"]
        * fact["TAC+MMF vs CYC alone"]
        / fact["TAC+MMF vs MMF alone"]
    )

    def share(name):
        return 100 * fact[name] / fact["patients"]

    return (
        Target("cohort", "", "response", "percent", share("complete responses")),
        Target("cohort", "", "ever", "percent", share("tacrolimus users")),
        Target("joint_vs_cyc", "adjusted", "MMF alone", "OR", mmf),
        Target("use", "adjusted", "ever", "OR", fact["TAC ever vs never"]),
        Target("joint_vs_cyc", "adjusted", "TAC+CYC", "OR", fact["TAC+CYC vs CYC alone"]),
        Target("joint_vs_cyc", "adjusted", "TAC+MMF", "OR", fact["TAC+MMF vs CYC alone"]),
        Target("dose", "adjusted", "≥4", "OR", fact["TAC ≥4 mg/day vs never"]),
        Target("duration", "adjusted", ">180", "OR", fact["TAC >180 days vs never"]),
    )


def calibrate(
    study: Study,
    patients: int,
    seed: int,
    final_patients: int,
    processes: int = 2,
    tolerance: float = 0.005,
    evaluations: int = 8,
) -> dict:
    """Fit the free parameters, then find the truth of the fitted process.

    Parameters
    ----------
    study : Study
        With the published figures that are the targets.
    patients : int
        Patients of each evaluation of the fit.
    seed : int
        Of the fit; the truth is found from seeds that the fit does not use.
    final_patients : int
        Patients from which the truth is found.
    processes : int
        Batches that are simulated and built side by side; the result does not depend on it.
    tolerance : float
        Largest distance from a target, on the log scale, at which the fit ends.
    evaluations : int
        Most evaluations after those for the first derivatives.

    Returns
    -------
    dict
        What `calibration.json` holds: meaning, parameters, seeds, patients, targets and truth.
    """
    targets = published_targets(study)
    fit_seeds = [_batch_seed(seed, i) for i in range(_batches(patients))]
    final_seeds = [_batch_seed(seed + 1, i) for i in range(_batches(final_patients))]
    with ProcessPoolExecutor(processes) as pool:

        def distance(values: np.ndarray) -> np.ndarray:
            estimates = _fitted_estimates(pool, study, with_knobs(values), fit_seeds)
            found = [_find(estimates, t) for t in targets]
            gaps = [t.link(f) - t.link(t.value) for t, f in zip(targets, found, strict=True)]
            _log.info(", ".join(f"{t.name} {f:.3f}" for t, f in zip(targets, found, strict=True)))
            return np.array(gaps)

        start = np.array([getattr(calibrated(), knob) for knob in KNOBS])
        fitted = with_knobs(broyden(distance, start, tolerance, evaluations))
        batches = list(pool.map(partial(_all_estimands, study, fitted), final_seeds))
    return {
        "meaning": MEANING,
        "parameters": {knob: getattr(fitted, knob) for knob in KNOBS},
        "patients": BATCH * len(final_seeds),
        "seeds": {"fit": fit_seeds, "truth": final_seeds},
        "targets": [asdict(t) for t in targets],
        "truth": large_sample(batches),
    }


def with_knobs(values: np.ndarray) -> Parameters:
    """The calibrated parameters with other values of the free ones, in the order of `KNOBS`."""
    return replace(
        calibrated(), **{k: round(float(v), 5) for k, v in zip(KNOBS, values, strict=True)}
    )


def broyden(
    distance: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    tolerance: float,
    evaluations: int,
) -> np.ndarray:
    """Solve distance(x) = 0 by Broyden's method from finite differences, with bounded steps.

    Raises
    ------
    RuntimeError
        When the tolerance is not reached in as many evaluations.
    """
    x, gap = start, distance(start)
    jacobian = np.column_stack(
        [(distance(x + STEP * unit) - gap) / STEP for unit in np.eye(len(x))]
    )
    for _ in range(evaluations):
        if np.abs(gap).max() <= tolerance:
            return x
        step = np.clip(-np.linalg.solve(jacobian, gap), -LONGEST_STEP, LONGEST_STEP)
        moved = distance(x + step)
        jacobian += np.outer(moved - gap - jacobian @ step, step) / (step @ step)
        x, gap = x + step, moved
    if np.abs(gap).max() <= tolerance:
        return x
    raise RuntimeError(
        f"no fit: largest distance {np.abs(gap).max():.3f} after {evaluations} steps"
    )


def _batches(patients: int) -> int:
    return max(2, math.ceil(patients / BATCH))


def _batch_seed(seed: int, batch: int) -> int:
    """Seeds of the batches; those of one calibration seed do not meet those of the next."""
    return seed * 10_000 + batch


def _fitted_estimates(
    pool: Executor, study: Study, parameters: Parameters, seeds: list[int]
) -> pd.DataFrame:
    sets = pool.map(partial(_analysis_set, study, parameters), seeds)
    analysis_set = pd.concat(sets, ignore_index=True)
    fitted = tuple(a for a in study.analyses if a.kind in FITTED_KINDS)
    no_person_time = pd.DataFrame()  # only the survival analyses read it
    return estimate_all(study.model_copy(update={"analyses": fitted}), analysis_set, no_person_time)


def _analysis_set(study: Study, parameters: Parameters, seed: int) -> pd.DataFrame:
    return simulated_cohort(study, BATCH, seed, parameters=parameters).analysis_set


def _all_estimands(study: Study, parameters: Parameters, seed: int) -> pd.Series:
    cohort = simulated_cohort(study, BATCH, seed, parameters=parameters)
    return estimands(estimate_all(study, cohort.analysis_set, cohort.person_time))["value"]


def _find(estimates: pd.DataFrame, target: Target) -> float:
    row = estimates[
        (estimates["analysis"] == target.analysis)
        & (estimates["model"] == target.model)
        & (estimates["level"] == target.level)
        & (estimates["measure"] == target.measure)
    ]
    return float(row["estimate"].item())


def main() -> None:
    """Calibrate from the command line and write the data file of the package."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=200_000, help="of each evaluation")
    parser.add_argument("--final-patients", type=int, default=1_000_000, help="of the truth")
    parser.add_argument("--seed", type=int, default=20240901)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(CALIBRATION_FILE))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    result = calibrate(
        load_study("nanjing"),
        arguments.patients,
        arguments.seed,
        arguments.final_patients,
        arguments.processes,
    )
    arguments.out.write_text(
        json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
