"""E-values: how strong an unmeasured confounder would have to be to explain an estimate away."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class EValue:
    """E-values of an estimate.

    Attributes
    ----------
    point : float
        Of the estimate: the least risk ratio that the confounder must have with both exposure and
        outcome, beside the measured covariates, to move the estimate to the target.
    limit : float
        Of the limit of the interval nearest the target; 1 when the interval holds the target.
    """

    point: float
    limit: float


def e_value(
    estimate: float,
    ci_low: float = math.nan,
    ci_high: float = math.nan,
    measure: str = "RR",
    common: bool = False,
    target: float = 1.0,
) -> EValue:
    """E-value of a ratio and of its interval.

    Parameters
    ----------
    estimate, ci_low, ci_high
        A ratio with its 95 % limits; NaN where there is no interval.
    measure
        ``RR``, ``OR`` or ``HR``.
    common
        Whether the outcome is common (more than 15 % by the end of follow-up): then an odds ratio
        is taken for the square of a risk ratio, and a hazard ratio for
        (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)).
    target
        The ratio to which the confounder would move the estimate, on the scale of ``measure``.

    Raises
    ------
    ValueError
        For an unknown measure, a ratio or target that is not above 0, or limits that do not hold
        the estimate.

    Notes
    -----
    E = RR + sqrt(RR (RR - 1)), of RR / target, inverted when below 1. VanderWeele TJ, Ding P. Ann
    Intern Med 2017;167:268; Ding P, VanderWeele TJ. Epidemiology 2016;27:368.
    """
    given = {"estimate": estimate, "ci_low": ci_low, "ci_high": ci_high, "target": target}
    for name, value in given.items():
        if value <= 0 or (math.isnan(value) and not name.startswith("ci_")):
            raise ValueError(f"{name} must be above 0, found {value}")
    if ci_low > estimate or ci_high < estimate:
        raise ValueError(f"the interval {ci_low} to {ci_high} does not hold {estimate}")
    ratio, low, high, aim = (
        _as_risk_ratio(value, measure, common) for value in (estimate, ci_low, ci_high, target)
    )
    nearest = low if ratio >= aim else high
    if math.isnan(nearest):
        limit = math.nan
    elif low <= aim <= high:
        limit = 1.0
    else:
        limit = _of(nearest / aim)
    return EValue(_of(ratio / aim), limit)


def _as_risk_ratio(value: float, measure: str, common: bool) -> float:
    if measure not in ("RR", "OR", "HR"):
        raise ValueError(f'measure must be "RR", "OR" or "HR", found "{measure}"')
    if not common or measure == "RR" or math.isnan(value):
        return value
    root = math.sqrt(value)
    return root if measure == "OR" else (1 - 0.5**root) / (1 - 0.5 ** (1 / root))


def _of(ratio: float) -> float:
    ratio = max(ratio, 1 / ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))
