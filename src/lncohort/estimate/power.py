"""Power to find the effect of a drug and its interaction with another, at a number of patients."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit, logit

from lncohort.errors import UserError
from lncohort.estimate.rows import Z

HELD = 200_000  # samples drawn at a time


@dataclass(frozen=True)
class Design:
    """Two drugs and a response, as a study expects them.

    Attributes
    ----------
    first, second : float
        Share of the patients given each drug.
    both : float
        Share given both; ``first`` * ``second`` where the drugs are given without regard to each
        other.
    baseline : float
        Risk of the response in patients given neither.
    odds_ratio, second_odds_ratio : float
        Of each drug alone against neither.
    product : float
        The joint odds ratio over the product of the two.
    """

    first: float
    second: float
    both: float
    baseline: float
    odds_ratio: float
    second_odds_ratio: float
    product: float

    def __post_init__(self):
        """Refuse shares and ratios that cannot be."""
        wrong = [
            f"share given {name}: {share:.3g}; expected above 0 and below 1"
            for name, share in zip(
                ("neither", "the first alone", "the second alone", "both"),
                self.shares,
                strict=True,
            )
            if not 0 < share < 1
        ]
        if not 0 < self.baseline < 1:
            wrong.append(f"baseline risk: {self.baseline:g}; expected above 0 and below 1")
        for name in ("odds_ratio", "second_odds_ratio", "product"):
            if not getattr(self, name) > 0:
                wrong.append(f"{name}: {getattr(self, name):g}; expected above 0")
        if wrong:
            raise UserError("; ".join(wrong) + ".")

    @property
    def shares(self) -> np.ndarray:
        """Shares given neither, the first alone, the second alone, both."""
        return np.array(
            [
                1 - self.first - self.second + self.both,
                self.first - self.both,
                self.second - self.both,
                self.both,
            ]
        )

    @property
    def risks(self) -> np.ndarray:
        """Risks of the response in those."""
        first, second = np.log(self.odds_ratio), np.log(self.second_odds_ratio)
        joint = first + second + np.log(self.product)
        return expit(logit(self.baseline) + np.array([0, first, second, joint]))

    @property
    def reri(self) -> float:
        """The relative excess due to interaction of the odds ratios."""
        joint = self.odds_ratio * self.second_odds_ratio * self.product
        return joint - self.odds_ratio - self.second_odds_ratio + 1


CONTRASTS = {"OR": np.array([-1, 1, 0, 0]), "product": np.array([1, -1, -1, 1])}


def power_by_formula(design: Design, n: int) -> dict[str, float]:
    """Power of the Wald tests of the first drug's odds ratio and of the product term.

    Parameters
    ----------
    design
        What is expected.
    n
        Patients.

    Returns
    -------
    dict of str to float
        ``OR`` and ``product``: the chance that the 95 % interval leaves out 1.

    Notes
    -----
    Demidenko E. Stat Med 2007;26:3385 and, for the interaction, Stat Med 2008;27:36: the variance is
    that at the expected effects, 1 / (n share risk (1 - risk)) of the log odds of each cell.
    """
    variances = 1 / (n * design.shares * design.risks * (1 - design.risks))
    log_odds = logit(design.risks)
    found = {}
    for name, weights in CONTRASTS.items():
        distance = weights @ log_odds / np.sqrt(weights**2 @ variances)
        found[name] = float(stats.norm.cdf(distance - Z) + stats.norm.cdf(-distance - Z))
    return found


def power_by_simulation(design: Design, n: int, samples: int, seed: int) -> pd.DataFrame:
    """Power of the odds ratio, the product term and RERI, from simulated studies.

    Parameters
    ----------
    design
        What is expected.
    n
        Patients of each study.
    samples
        Studies simulated.
    seed
        Of their random numbers.

    Returns
    -------
    DataFrame
        Rows OR, product, RERI; columns power and mc_se (its Monte Carlo standard error). A study in
        which a cell has no response, or only responses, finds nothing.

    Notes
    -----
    In four cells the maximum of the likelihood is known: the log odds of each. The interval of RERI
    is by the delta method: Hosmer DW, Lemeshow S. Epidemiology 1992;3:452.
    """
    random = np.random.default_rng(seed)
    chances = np.concatenate([design.shares * design.risks, design.shares * (1 - design.risks)])
    found = dict.fromkeys((*CONTRASTS, "RERI"), 0)
    for first in range(0, samples, HELD):
        counts = random.multinomial(n, chances, min(HELD, samples - first)).astype(float)
        counts = counts[(counts > 0).all(axis=1)]
        responses, others = counts[:, :4], counts[:, 4:]
        log_odds, variances = np.log(responses / others), 1 / responses + 1 / others
        for name, weights in CONTRASTS.items():
            errors = np.sqrt(variances @ weights**2)
            found[name] += int((np.abs(log_odds @ weights) > Z * errors).sum())
        found["RERI"] += int(_reri_found(log_odds, variances).sum())
    power = pd.Series(found, dtype=float) / samples
    return pd.DataFrame({"power": power, "mc_se": np.sqrt(power * (1 - power) / samples)})


def _reri_found(log_odds: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Whether the interval of RERI leaves out 0, in each study."""
    gradient = np.exp(log_odds[:, 1:] - log_odds[:, :1]) * np.array([-1.0, -1.0, 1.0])
    reri = gradient.sum(axis=1) + 1
    own = (gradient**2 * variances[:, 1:]).sum(axis=1)
    shared = gradient.sum(axis=1) ** 2 * variances[:, 0]
    return np.abs(reri) > Z * np.sqrt(own + shared)
