"""E-values: how strong an unmeasured confounder would have to be."""

import math
from dataclasses import dataclass

from scipy.optimize import brentq

from lncohort.estimate.rows import NotEstimable, Z, row

MEASURES = ("RR", "OR", "HR", "SMD")
RARE = 0.15
METHOD_RARE = "VanderWeele and Ding 2017, the outcome being rare"
METHOD_COMMON = "VanderWeele and Ding 2017, the root of the odds ratio for the risk ratio"


@dataclass(frozen=True)
class EValue:
    """E-values of an estimate and of its interval.

    Attributes
    ----------
    estimate : float
        Of the estimate; 1 where the estimate is the target.
    limit : float
        Of the limit of the interval nearest the target; 1 where the interval holds the target,
        NaN where no interval was given.
    """

    estimate: float
    limit: float


def e_value(risk_ratio: float, target: float = 1.0) -> float:
    """E-value of one risk ratio.

    With R the ratio of the risk ratio and the target, inverted if below 1: R + sqrt(R (R - 1)).

    Parameters
    ----------
    risk_ratio : float
    target : float
        The risk ratio to which a confounder would have to move it.

    Raises
    ------
    ValueError
        When either is not a finite number above 0.

    Notes
    -----
    VanderWeele TJ, Ding P. Ann Intern Med 2017;167:268.
    """
    for name, value in (("risk ratio", risk_ratio), ("target", target)):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"the {name} is {value}, expected a finite number above 0")
    ratio = max(risk_ratio / target, target / risk_ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))


def as_risk_ratio(measure: str, value: float, rare: bool | None = None) -> float:
    """The risk ratio that a measure is, or stands for approximately.

    A rare outcome: the odds ratio or hazard ratio itself. A common one: the square root of the
    odds ratio; of a hazard ratio H (1 - 0.5^sqrt(H)) / (1 - 0.5^sqrt(1/H)). Of a standardised
    mean difference d: exp(0.91 d).

    Parameters
    ----------
    measure : {"RR", "OR", "HR", "SMD"}
    value : float
    rare : bool, optional
        Of odds ratios and hazard ratios, where it must be given: whether at most some 15 % have
        the outcome by the end of follow-up.

    Raises
    ------
    ValueError
        When the measure has no such name, a ratio is not a finite number above 0, or ``rare`` is
        not given where it is needed.

    Notes
    -----
    VanderWeele TJ, Ding P. Ann Intern Med 2017;167:268, table 2.
    """
    if measure not in MEASURES:
        raise ValueError(f"the measure is {measure!r}, expected one of {', '.join(MEASURES)}")
    if not (math.isfinite(value) and (value > 0 or measure == "SMD")):
        raise ValueError(f"the {measure} is {value}, expected a finite number above 0")
    if measure == "SMD":
        return math.exp(0.91 * value)
    if measure == "RR":
        return value
    if rare is None:
        raise ValueError(f"of an {measure} say whether the outcome is rare (up to some 15 %)")
    if rare:
        return value
    if measure == "OR":
        return math.sqrt(value)
    half = math.log(0.5)
    return math.expm1(half * math.sqrt(value)) / math.expm1(half * math.sqrt(1 / value))


def e_values(
    measure: str,
    estimate: float,
    interval: tuple[float, float] | None = None,
    *,
    rare: bool | None = None,
    target: float | None = None,
) -> EValue:
    """E-values of an estimate, and of the limit of its interval nearest the target.

    Parameters
    ----------
    measure : {"RR", "OR", "HR", "SMD"}
        A rate ratio counts as RR.
    estimate : float
        Not its logarithm.
    interval : tuple of float, optional
        Lower and upper limit, on the scale of the estimate.
    rare : bool, optional
        As for :func:`as_risk_ratio`.
    target : float, optional
        The value, on the scale of the estimate, to which a confounder would have to move it;
        by default no effect.

    Raises
    ------
    ValueError
        When an argument is not as said, or the estimate lies outside its interval.

    Notes
    -----
    VanderWeele TJ, Ding P. Ann Intern Med 2017;167:268. For the standardised mean difference they
    round 0.91 * 1.96 to 1.78 when they go from its standard error to an interval; here its limits
    are converted as they are.
    """
    if target is None:
        target = 0.0 if measure == "SMD" else 1.0
    aim = as_risk_ratio(measure, target, rare)
    found = e_value(as_risk_ratio(measure, estimate, rare), aim)
    if interval is None:
        return EValue(found, math.nan)
    low, high = interval
    if not low <= estimate <= high:
        raise ValueError(f"the estimate {estimate} lies outside its interval ({low}, {high})")
    if low <= target <= high:
        return EValue(found, 1.0)
    nearest = low if target < low else high
    return EValue(found, e_value(as_risk_ratio(measure, nearest, rare), aim))


def e_values_of_risk_difference(
    exposed: tuple[float, float], unexposed: tuple[float, float], target: float = 0.0
) -> EValue:
    """E-values of a risk difference, from the counts behind it.

    A confounder of bias factor B leaves at least the difference (p1 - p0 B)(f + (1 - f)/B), where
    p1 and p0 are the risks of exposed and unexposed, f the share of the exposed. The E-value of
    the estimate is that of the B at which this is the target; the one of the interval, that of
    the B at which its lower 95 % limit is. Where the difference lies below the target the two
    groups change places.

    Parameters
    ----------
    exposed, unexposed : tuple of float
        Number with the event and number without it.
    target : float
        The risk difference to which a confounder would have to move it.

    Raises
    ------
    ValueError
        When a count is negative or not finite, or the target does not lie between -1 and 1.
    NotEstimable
        When a group is empty, or when there is no event in the group whose risk is to be raised:
        no bias factor is large enough then.

    Notes
    -----
    Ding P, VanderWeele TJ. Epidemiology 2016;27:368. Variance by the delta method, the share of
    the exposed being estimated too. R's EValue looks for B on a grid of 0.0001, and returns the
    first point past it; here B is the root.
    """
    for count in (*exposed, *unexposed):
        if not (math.isfinite(count) and count >= 0):
            raise ValueError(f"a count is {count}, expected a finite number of 0 or more")
    if not -1 < target < 1:
        raise ValueError(f"the target is {target}, expected a risk difference between -1 and 1")
    size, other = sum(exposed), sum(unexposed)
    if not (size and other):
        raise NotEstimable("not estimable: nobody is exposed, or nobody unexposed")
    if exposed[0] / size - unexposed[0] / other < target:
        return e_values_of_risk_difference(unexposed, exposed, -target)
    risk, reference, share = exposed[0] / size, unexposed[0] / other, size / (size + other)
    if risk - reference > target and reference == 0:
        raise NotEstimable("not estimable: no event in the group with the lower risk")

    def lower_limit(factor: float) -> float:
        excess, scale = risk - reference * factor, share + (1 - share) / factor
        variance = scale**2 * (
            risk * (1 - risk) / size + factor**2 * reference * (1 - reference) / other
        ) + (excess * (1 - 1 / factor)) ** 2 * share * (1 - share) / (size + other)
        return excess * scale - Z * math.sqrt(variance)

    if risk - reference == target:
        return EValue(1.0, 1.0)
    linear = target + reference * (1 - share) - risk * share
    root = math.sqrt(linear**2 + 4 * risk * reference * share * (1 - share))
    factor = (root - linear) / (2 * reference * share)
    if lower_limit(1.0) <= target:
        return EValue(e_value(factor), 1.0)
    nearest = brentq(lambda x: lower_limit(x) - target, 1.0, factor, xtol=1e-10)
    return EValue(e_value(factor), e_value(nearest))


def e_value_rows(odds_ratios: list[dict], share: float) -> list[dict]:
    """E-values of the adjusted odds ratios of some rows.

    Parameters
    ----------
    odds_ratios : list of dict
        Rows of the estimates table.
    share : float
        Of the patients with the outcome; above 15 % an odds ratio is taken for the square of a
        risk ratio.

    Returns
    -------
    list of dict
        A row for each adjusted odds ratio with an interval: measure "E-value" of the estimate and
        "E-value of the limit" of the limit nearest 1.
    """
    rare = share <= RARE
    made = []
    for source in odds_ratios:
        known = all(math.isfinite(source[key]) for key in ("estimate", "ci_low", "ci_high"))
        if source["model"] != "adjusted" or source["measure"] != "OR" or not known:
            continue
        interval = (source["ci_low"], source["ci_high"])
        found = e_values("OR", source["estimate"], interval, rare=rare)
        place = {key: source[key] for key in ("model", "contrast", "level", "reference")}
        place |= {key: source[key] for key in ("n", "events")}
        place["method"] = METHOD_RARE if rare else METHOD_COMMON
        for measure, value in (("E-value", found.estimate), ("E-value of the limit", found.limit)):
            made.append(row(source["analysis"], measure, value, **place))
    return made
