"""Quantitative bias analysis: what a table would have been without a systematic error.

Tables are arrays of shape (2, 2): events above those without the event, exposed left of unexposed.
"""

import math
from dataclasses import dataclass, fields

import numpy as np
from scipy import stats
from scipy.special import expit

from lncohort.estimate.rows import NotEstimable

PARAMETERS = {
    "uniform": "low < high",
    "triangular": "low <= mode <= high, low < high",
    "trapezoidal": "low <= lower mode <= upper mode <= high, low < high",
    "beta": "two numbers above 0",
    "logit-normal": "mean and standard deviation of the logit, the second above 0",
    "log-normal": "mean and standard deviation of the logarithm, the second above 0",
}
PERCENTILES = (50.0, 2.5, 97.5)


@dataclass(frozen=True)
class Distribution:
    """What is believed of a bias parameter.

    Attributes
    ----------
    name : {"uniform", "triangular", "trapezoidal", "beta", "logit-normal", "log-normal"}
    parameters : tuple of float
        As :data:`PARAMETERS` says of each name.

    Raises
    ------
    ValueError
        When the name or its parameters are not as said.
    """

    name: str
    parameters: tuple[float, ...]

    def __post_init__(self):
        if self.name not in PARAMETERS:
            raise ValueError(
                f"the distribution is {self.name!r}, expected one of {', '.join(PARAMETERS)}"
            )
        values = self.parameters
        size = {"triangular": 3, "trapezoidal": 4}.get(self.name, 2)
        sound = len(values) == size and all(math.isfinite(value) for value in values)
        if sound and self.name in ("uniform", "triangular", "trapezoidal"):
            sound = list(values) == sorted(values) and values[0] < values[-1]
        elif sound:
            sound = values[1] > 0 and (values[0] > 0 or self.name != "beta")
        if not sound:
            raise ValueError(
                f"{self.name} has the parameters {values}, expected {PARAMETERS[self.name]}"
            )

    def quantile(self, probability: np.ndarray | float) -> np.ndarray:
        """The values that the parameter stays below with these probabilities."""
        first, *inner, last = self.parameters
        if self.name == "beta":
            return stats.beta.ppf(probability, first, last)
        if self.name in ("logit-normal", "log-normal"):
            back = expit if self.name == "logit-normal" else np.exp
            return back(stats.norm.ppf(probability, first, last))
        shares = [(value - first) / (last - first) for value in inner]
        family = {0: stats.uniform, 1: stats.triang, 2: stats.trapezoid}[len(inner)]
        values = family.ppf(probability, *shares, loc=first, scale=last - first)
        return np.clip(values, first, last)


Value = float | Distribution


@dataclass(frozen=True)
class ExposureMisclassification:
    """Exposure recorded with error.

    Attributes
    ----------
    sensitivity, specificity : float or Distribution, or a tuple of two
        Of the record of exposure. One value holds for all, and is drawn once (non-differential);
        of two the first holds for those with the event, the second for those without it.
    correlation : float
        Of the normal scores from which the two of a tuple are drawn.
    """

    sensitivity: Value | tuple[Value, Value]
    specificity: Value | tuple[Value, Value]
    correlation: float = 0.0


@dataclass(frozen=True)
class OutcomeMisclassification:
    """Outcome recorded with error.

    Attributes
    ----------
    sensitivity, specificity : float or Distribution, or a tuple of two
        Of the record of the event. One value holds for all, and is drawn once (non-differential);
        of two the first holds for the exposed, the second for the unexposed.
    correlation : float
        Of the normal scores from which the two of a tuple are drawn.
    """

    sensitivity: Value | tuple[Value, Value]
    specificity: Value | tuple[Value, Value]
    correlation: float = 0.0


@dataclass(frozen=True)
class UnmeasuredConfounder:
    """A binary confounder that was not measured.

    Attributes
    ----------
    prevalence_exposed, prevalence_unexposed : float or Distribution
        Share of the exposed, and of the unexposed, who have it.
    risk_ratio : float or Distribution
        Of the event, those with it against those without it, the same in exposed and unexposed.
    """

    prevalence_exposed: Value
    prevalence_unexposed: Value
    risk_ratio: Value


@dataclass(frozen=True)
class SelectionBias:
    """Probabilities, or their distributions, with which each kind of patient was included."""

    exposed_events: Value
    unexposed_events: Value
    exposed_nonevents: Value
    unexposed_nonevents: Value


Bias = ExposureMisclassification | OutcomeMisclassification | UnmeasuredConfounder | SelectionBias


@dataclass(frozen=True)
class SimpleBiasAnalysis:
    """One set of bias parameters.

    Attributes
    ----------
    observed, corrected : float
        The measure in the table, and in the corrected table.
    table : array of shape (2, 2)
        The corrected table.
    """

    observed: float
    corrected: float
    table: np.ndarray


@dataclass(frozen=True)
class Simulation:
    """What the drawn parameters make of a measure.

    Attributes
    ----------
    median, low, high : float
        The 50th, 2.5th and 97.5th percentile over the possible draws.
    impossible : int
        Draws that are in no percentile, because a corrected cell is not above 0, because they
        ask for a risk above 1, or because a sensitivity and a specificity sum to at most 1.
        Where they are not few, the distributions contradict the data.
    """

    median: float
    low: float
    high: float
    impossible: int


@dataclass(frozen=True)
class ProbabilisticBiasAnalysis:
    """Drawn bias parameters.

    Attributes
    ----------
    observed : float
        The measure in the table.
    draws : int
    systematic : Simulation
        Of the drawn parameters and the table as it is.
    total : Simulation
        Of the drawn parameters and as many tables drawn anew from the table.
    """

    observed: float
    draws: int
    systematic: Simulation
    total: Simulation


def simple_bias_analysis(table: np.ndarray, bias: Bias, measure: str) -> SimpleBiasAnalysis:
    """Correct a table by one set of bias parameters.

    Misclassification: of n recorded people of whom x are recorded as positive, truly positive
    are (x - (1 - specificity) n) / (sensitivity + specificity - 1). Unmeasured confounder: the
    risk of the unexposed is multiplied by (1 + p1 (R - 1)) / (1 + p0 (R - 1)), with p1 and p0 the
    prevalences in exposed and unexposed and R the risk ratio, as if they had the confounder as
    often as the exposed. Selection: each cell is divided by its probability.

    Parameters
    ----------
    table : array of shape (2, 2)
    bias : Bias
        Its parameters numbers.
    measure : {"OR", "RR", "RD"}

    Raises
    ------
    ValueError
        When the table is not four finite counts, a parameter is no number or not in its range,
        or the measure has no such name.
    NotEstimable
        When a cell is empty, before the correction or after it, or the parameters contradict the
        table: then a corrected cell would be negative or a risk above 1.

    Notes
    -----
    Lash TL, Fox MP, Fink AK. Applying Quantitative Bias Analysis to Epidemiologic Data, 2009,
    ch. 4-6; Fox MP, MacLehose RF, Lash TL, 2nd ed., 2021. With an unmeasured confounder the
    measure is standardised to the exposed. A sensitivity and a specificity whose sum is not above
    1 are refused: such a record says no more than chance, or the opposite of what it says.
    """
    cells = _checked(table)
    parameters = _parameters(bias)
    for name, values in parameters.items():
        if any(isinstance(value, Distribution) for value in values):
            raise ValueError(f"{name} has a distribution, expected numbers")
    corrected = _corrected(cells, bias, parameters)
    if not (corrected > 0).all():
        raise NotEstimable(
            f"not estimable: {bias} cannot have led to this table; the corrected one would be "
            f"{corrected.round(2).tolist()}"
        )
    observed, without_bias = _measure(cells, measure), _measure(corrected, measure)
    return SimpleBiasAnalysis(float(observed), float(without_bias), corrected)


def probabilistic_bias_analysis(
    table: np.ndarray, bias: Bias, measure: str, *, seed: int, draws: int = 10_000
) -> ProbabilisticBiasAnalysis:
    """Correct a table by many drawn sets of bias parameters.

    Random error comes in by drawing, for each set of parameters, a table of as many patients from
    the proportions of the observed one, and correcting that. With numbers in place of
    distributions the total interval is that of random error alone.

    Parameters
    ----------
    table : array of shape (2, 2)
        Whole numbers.
    bias : Bias
        Its parameters numbers or distributions.
    measure : {"OR", "RR", "RD"}
    seed : int
        Of the draws.
    draws : int
        Sets of parameters.

    Raises
    ------
    ValueError
        As for :func:`simple_bias_analysis`, or when a distribution reaches beyond the range of
        its parameter, the correlation does not lie between -1 and 1, or fewer than 2 draws are
        asked for.
    NotEstimable
        When a cell is empty, or no draw is possible with this table.

    Notes
    -----
    Lash TL, Fox MP, Fink AK, 2009, ch. 8; Fox MP, MacLehose RF, Lash TL, 2nd ed., 2021; random
    error by resampling before the correction: Greenland S, Lash TL. Modern Epidemiology, 3rd ed.,
    2008, ch. 19. It grows with misclassification, as it should (Chu H, et al. Ann Epidemiol
    2006;16:834), which the standard error of the uncorrected table does not. In small tables the
    upper limit of a ratio lies above the one of the 2nd edition, which draws who is truly
    positive and takes the ratio of those counts as log-normal.
    """
    cells = _checked(table)
    if not (cells == np.round(cells)).all():
        raise ValueError(f"the table holds {cells.ravel().tolist()}, expected whole numbers")
    if draws < 2:
        raise ValueError(f"{draws} draws were asked for, expected at least 2")
    generator = np.random.default_rng(seed)
    parameters = _drawn(bias, generator, draws)
    size = int(cells.sum())
    same = np.broadcast_to(cells, (draws, 2, 2))
    tables = generator.multinomial(size, cells.ravel() / size, draws).reshape(draws, 2, 2)
    return ProbabilisticBiasAnalysis(
        observed=float(_measure(cells, measure)),
        draws=draws,
        systematic=_simulation(_corrected(same, bias, parameters), measure),
        total=_simulation(_corrected(tables.astype(float), bias, parameters), measure),
    )


def _simulation(corrected: np.ndarray, measure: str) -> Simulation:
    possible = (corrected > 0).all(axis=(-2, -1))
    if not possible.any():
        raise NotEstimable(f"not estimable: none of {len(possible)} draws is possible")
    percentiles = np.percentile(_measure(corrected[possible], measure), PERCENTILES)
    median, low, high = (float(value) for value in percentiles)
    return Simulation(median, low, high, int((~possible).sum()))


def _measure(tables: np.ndarray, measure: str) -> np.ndarray:
    """Odds ratio, risk ratio or risk difference of tables of shape (..., 2, 2)."""
    (a, b), (c, d) = np.moveaxis(tables, (-2, -1), (0, 1))
    if measure == "OR":
        return (a * d) / (b * c)
    if measure == "RR":
        return (a / (a + c)) / (b / (b + d))
    if measure == "RD":
        return a / (a + c) - b / (b + d)
    raise ValueError(f"the measure is {measure!r}, expected OR, RR or RD")


def _checked(table) -> np.ndarray:
    cells = np.asarray(table, dtype=float)
    if cells.shape != (2, 2) or not (np.isfinite(cells).all() and (cells >= 0).all()):
        raise ValueError(f"the table is {cells.tolist()}, expected two rows of two counts")
    if not (cells > 0).all():
        raise NotEstimable("not estimable: a cell of the table is empty")
    return cells


def _parameters(bias: Bias) -> dict[str, tuple[Value, ...]]:
    """One value or two of each parameter, all within their ranges."""
    parameters = {}
    for name in (field.name for field in fields(bias) if field.name != "correlation"):
        given = getattr(bias, name)
        parameters[name] = given if isinstance(given, tuple) else (given,)
        allowed = (1, 2) if name in ("sensitivity", "specificity") else (1,)
        if len(parameters[name]) not in allowed:
            raise ValueError(f"{name} has {len(given)} values, expected {max(allowed)} at most")
        most, kind = (math.inf, "ratio") if name == "risk_ratio" else (1.0, "probability")
        for value in parameters[name]:
            if isinstance(value, Distribution):
                within = value.quantile(0.0) >= 0 and value.quantile(1.0) <= most
            else:
                within = math.isfinite(value) and 0 <= value <= most
            if not within:
                raise ValueError(f"{name} is {value}, expected a {kind}")
    return parameters


def _drawn(bias: Bias, generator: np.random.Generator, draws: int) -> dict[str, tuple]:
    """Draws of each parameter, those of a tuple from normal scores of the given correlation."""
    correlation = getattr(bias, "correlation", 0.0)
    if not -1 <= correlation <= 1:
        raise ValueError(f"the correlation is {correlation}, expected one between -1 and 1")
    drawn = {}
    for name, values in _parameters(bias).items():
        first, other = generator.standard_normal((2, draws))
        scores = (first, correlation * first + math.sqrt(1 - correlation**2) * other)
        drawn[name] = tuple(
            value.quantile(stats.norm.cdf(score))
            if isinstance(value, Distribution)
            else np.full(draws, value)
            for value, score in zip(values, scores, strict=False)
        )
    return drawn


def _corrected(tables: np.ndarray, bias: Bias, parameters: dict[str, tuple]) -> np.ndarray:
    """Corrected tables, of shape (..., 2, 2); NaN in all cells of what cannot be corrected."""
    cells = np.moveaxis(tables, (-2, -1), (0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        if isinstance(bias, ExposureMisclassification):
            corrected = _reclassified(cells, **parameters)
        elif isinstance(bias, OutcomeMisclassification):
            corrected = np.swapaxes(_reclassified(np.swapaxes(cells, 0, 1), **parameters), 0, 1)
        elif isinstance(bias, UnmeasuredConfounder):
            corrected = _without_confounder(cells, *(value for (value,) in parameters.values()))
        else:
            corrected = cells / np.reshape(list(parameters.values()), cells.shape)
    possible = np.isfinite(corrected).all(axis=(0, 1))
    return np.moveaxis(np.where(possible, corrected, np.nan), (0, 1), (-2, -1))


def _reclassified(cells: np.ndarray, sensitivity: tuple, specificity: tuple) -> np.ndarray:
    """Tables whose columns say what is true, from tables whose columns say what was recorded."""
    rows = []
    groups = (values * 2 if len(values) == 1 else values for values in (sensitivity, specificity))
    for (positive, negative), sensitive, specific in zip(cells, *groups, strict=True):
        size, worth = positive + negative, sensitive + specific - 1
        truly = (positive - (1 - specific) * size) / np.where(worth > 0, worth, np.nan)
        rows.append([truly, size - truly])
    return np.array(rows)


def _without_confounder(cells, exposed, unexposed, risk_ratio) -> np.ndarray:
    """Tables in which the unexposed have the confounder as often as the exposed."""
    sizes = cells.sum(axis=0)
    # risks of those without the confounder; those of people with it are higher by the ratio
    risks = cells[0] / sizes
    without = risks[0] / _mean_ratio(exposed, risk_ratio)
    without_unexposed = risks[1] / _mean_ratio(unexposed, risk_ratio)
    some_have, some_lack = np.maximum(exposed, unexposed) > 0, np.minimum(exposed, unexposed) < 1
    above_one = (
        ((without * risk_ratio > 1) & (exposed > 0))
        | ((without > 1) & (exposed < 1))
        | ((without_unexposed * risk_ratio > 1) & some_have)
        | ((without_unexposed > 1) & some_lack)
    )
    risk = np.where(above_one, np.nan, without_unexposed * _mean_ratio(exposed, risk_ratio))
    return np.array(
        [[cells[0, 0], risk * sizes[1]], [cells[1, 0], (1 - risk) * sizes[1]]], dtype=float
    )


def _mean_ratio(prevalence, risk_ratio):
    """Risk of people of whom this share has the confounder, over that of people without it."""
    return 1 + prevalence * (risk_ratio - 1)
