"""The causal truth of the scenarios: outcomes under strategies, found once and kept as data."""

import json
from functools import cache
from importlib.resources import files

import pandas as pd

from lncohort.errors import UserError
from lncohort.simulate.feedback.scenario import load_scenario

COLUMNS = ["estimand", "strategy", "reference", "day", "value", "mc_se"]


def causal_truth(scenario: str) -> pd.DataFrame:
    """The known effects of a scenario.

    Parameters
    ----------
    scenario : str
        Name of a shipped scenario.

    Returns
    -------
    DataFrame
        Columns estimand, strategy, reference ("" for none), day (horizon, from the index date),
        value, mc_se (Monte Carlo standard error of the value; 0 where it is exact). See
        docs/simulation.md for the estimands.

    Raises
    ------
    UserError
        When there is no such scenario, or it is the calibrated one, whose effects are not known.
    """
    return pd.DataFrame(causal_truth_file(scenario)["truth"], columns=COLUMNS)


def trial_truth(scenario: str) -> pd.DataFrame:
    """The known effects of the nested trials of a scenario; no row where they were not asked for.

    Columns are as those of :func:`causal_truth`; days are since the beginning of a trial.
    """
    path = _data() / "trials" / f"{scenario}.json"
    told = json.loads(path.read_text(encoding="utf-8"))["truth"] if path.is_file() else []
    return pd.DataFrame(told, columns=COLUMNS)


@cache
def causal_truth_file(scenario: str) -> dict:
    """The data file of a scenario's truth; see `lncohort.simulate.counterfactual`."""
    if load_scenario(scenario).kind == "planned":
        raise UserError(
            f"--scenario {scenario}: its causal effects are not known, only what the analyses "
            "converge to; choose another scenario."
        )
    path = _data() / "truth" / f"{scenario}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _data():
    return files("lncohort.simulate") / "scenarios"
