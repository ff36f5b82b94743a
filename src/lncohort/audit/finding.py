"""A finding of the audit, the evidence that it rests on, and the rule that makes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from lncohort.study import Study

Verdict = Literal["pass", "warn", "fail"]
Applies = Literal["yes", "no", "cannot be told"]
ODDS_RATIO_KINDS = (
    "use",
    "dose_band",
    "duration_band",
    "dose_by_duration",
    "joint",
    "interaction",
    "subgroup",
)
FUTURE_KINDS = (
    *ODDS_RATIO_KINDS,
    "three_drugs",
    "dose_interaction",
    "dose_curve",
    "duration_curve",
    "standardised_risk",
    "weighting",
    "missing_data",
    "specification_curve",
    "bias_analysis",
    "risk_ratio",
    "negative_control",
)


@dataclass(frozen=True)
class Finding:
    """What the audit says of one bias.

    Attributes
    ----------
    bias : str
        Name of the rule.
    verdict : str
        pass, warn or fail.
    applies : str
        yes, no or cannot be told.
    why : str
        One sentence.
    size : tuple of str
        How much: sentences with numbers.
    direction, remedy : str
        Which way it moves the estimates, and what to do; empty where it does not apply.
    where : tuple of str
        The analyses that it touches.
    """

    bias: str
    verdict: Verdict
    applies: Applies
    why: str
    size: tuple[str, ...] = ()
    direction: str = ""
    remedy: str = ""
    where: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What the rules read: nothing but the study and its estimates.

    Attributes
    ----------
    study : Study
    estimates : DataFrame
        After suppression: what is not in it is not told.
    doubted_units : sequence of str
        What :func:`lncohort.extract.units.units_to_doubt` found.
    """

    study: Study
    estimates: pd.DataFrame
    doubted_units: Sequence[str] = ()

    def named(self, *kinds: str) -> tuple[str, ...]:
        """The study's analyses of some kinds, in its order."""
        return tuple(a.name for a in self.study.analyses if a.kind in kinds)

    def of(self, *kinds: str, **wanted) -> pd.DataFrame:
        """The estimates of all analyses of some kinds."""
        return _chosen(self.estimates, wanted, self.named(*kinds))

    def measured(self, bias: str, measure: str, **wanted) -> pd.DataFrame:
        """The audit's own measures of a bias."""
        return _chosen(self.estimates, wanted | {"model": bias, "measure": measure}, ("audit",))

    def value(self, bias: str, measure: str, **wanted) -> float:
        """One measure of a bias; NaN where there is none."""
        found = self.measured(bias, measure, **wanted)["estimate"].dropna()
        return float(found.iloc[0]) if len(found) else float("nan")

    def count(self, level: str) -> float:
        """A count of the cohort; NaN where it is suppressed."""
        rows = _chosen(self.estimates, {"measure": "count", "level": level}, ("cohort",))
        return float(rows["estimate"].iloc[0]) if len(rows) else float("nan")

    def label(self, name: str) -> str:
        """A covariate, or a drug, as a reader knows it."""
        covariates = {c.name: c.label for c in self.study.covariates}
        return covariates.get(name) or name.replace("_", " ")


@dataclass(frozen=True)
class Rule:
    """How a finding is made.

    Attributes
    ----------
    bias : str
    judge : callable
        Makes the finding from the evidence.
    question : str
        What is asked.
    measure : str
        What is measured, as a formula in words.
    verdict : str
        When it warns and when it fails, with the thresholds.
    source : str
    """

    bias: str
    judge: Callable[[Evidence], Finding]
    question: str
    measure: str
    verdict: str
    source: str


def _chosen(estimates: pd.DataFrame, wanted: dict, analyses: tuple[str, ...]) -> pd.DataFrame:
    chosen = estimates["analysis"].isin(analyses)
    for column, value in wanted.items():
        chosen &= estimates[column] == value
    return estimates[chosen]


def ratio(found) -> str:
    """``0.78 (0.60 to 1.01)``: a ratio, and its interval where it has one."""
    if np.isnan(found.ci_low):
        return f"{found.estimate:.2f}"
    return f"{found.estimate:.2f} ({found.ci_low:.2f} to {found.ci_high:.2f})"


def p_text(value: float) -> str:
    """``P = 0.043``; never 0.000."""
    return "P < 0.001" if value < 0.001 else f"P = {value:.3f}"


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def use_in_words(level: str) -> str:
    """A level of use as a reader knows it: ``(90,180]`` is ``>90 to 180 days``."""
    if level == "ever":
        return "ever"
    low, _, high = level.strip("(]").partition(",")
    return f">{low} to {high} days" if high else f"{level} days"
