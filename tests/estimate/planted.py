"""Patients whose treatment follows a covariate that it has changed, with known risks.

The event, the covariate and the treatment of each interval are drawn one after the other:
L_t given L_(t-1) and A_(t-1); A_t given L_t and A_(t-1); the event given L_t and all of A. The log
odds of the event are set, history of treatment by history, such that the hazard of all who are
still there had they had that history is what was planted; the mean over L is exact, for L is 0 or 1.
"""

from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit

LENGTH = 3
OF_COVARIATE = 1.5  # log odds ratio of the event
FIRST = 0.5


def hazard(history: tuple[int, ...], effect: float) -> float:
    """The planted hazard in the last interval of a history: log odds move with the doses so far."""
    return float(expit(-2.0 + 0.2 * (len(history) - 1) + effect * sum(history)))


def next_covariate(before: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Chance that L is 1: it lasts, and treatment lowers it."""
    return expit(-0.4 + 1.6 * before - 1.2 * treated)


def log_odds(effect: float) -> dict[tuple[int, ...], float]:
    """The log odds of the event at L = 0, by history of treatment."""
    found = {}
    for length in range(1, LENGTH + 1):
        for history in product((0, 1), repeat=length):
            one = share_among_survivors(history, found)

            def excess(b, one=one, history=history):
                mean = one * expit(b + OF_COVARIATE) + (1 - one) * expit(b)
                return mean - hazard(history, effect)

            found[history] = brentq(excess, -20, 20)
    return found


def share_among_survivors(history: tuple[int, ...], found: dict) -> float:
    """Share with L = 1 of those who reach the last interval of a history."""
    one = FIRST
    for length in range(1, len(history)):
        b = found[history[:length]]
        alive = np.array([(1 - one) * (1 - expit(b)), one * (1 - expit(b + OF_COVARIATE))])
        chance = next_covariate(np.array([0, 1]), history[length - 1])
        one = float(alive @ chance / alive.sum())
    return one


def risk(treated: int, effect: float) -> np.ndarray:
    """Risk after each interval had all always been treated, or never."""
    history = (treated,) * LENGTH
    return 1 - np.cumprod([1 - hazard(history[: k + 1], effect) for k in range(LENGTH)])


def drawn(n: int, effect: float, seed: int, lost: bool = False) -> pd.DataFrame:
    """Person-intervals of n patients; loss, if any, follows the covariate."""
    random = np.random.default_rng(seed)
    base, parts = log_odds(effect), []
    covariate = (random.random(n) < FIRST) * 1
    treated, here = np.zeros(n, dtype=int), np.ones(n, dtype=bool)
    code, doses = np.zeros(n, dtype=int), np.zeros(n, dtype=int)
    for k in range(LENGTH):
        if k:
            covariate = (random.random(n) < next_covariate(covariate, treated)) * 1
        treated = (random.random(n) < expit(-1.2 + 1.8 * covariate + 1.5 * treated)) * 1
        code, doses = 2 * code + treated, doses + treated
        table = np.array([base[h] for h in product((0, 1), repeat=k + 1)])
        event = random.random(n) < expit(table[code] + OF_COVARIATE * covariate)
        gone = ~event & lost & (random.random(n) < expit(-3 + 2.0 * covariate))
        gone &= k < LENGTH - 1
        columns = {"covariate": covariate, "treated": treated, "doses": doses}
        part = pd.DataFrame({"patient": np.arange(n), "interval": k, **columns})
        parts.append(part.assign(event=event * 1, censored=gone * 1)[here])
        here = here & ~event & ~gone
    return pd.concat(parts, ignore_index=True)
