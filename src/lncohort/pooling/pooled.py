"""Every ratio and risk difference of a study, pooled over its sites."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lncohort.estimate.meta_analysis import METHODS, Pooled, pool, tau2_interval
from lncohort.estimate.rows import Z
from lncohort.pooling.sites import Site

RATIOS = ("OR", "RR", "HR", "sHR", "ratio of ORs")
RATIOS_PER_UNIT = ("OR per ", "OR within")
DIFFERENCES = ("RD", "RD per mg/day")
KEY = ["analysis", "model", "contrast", "level", "reference", "measure"]
HARTUNG_KNAPP = "REML, Hartung-Knapp"


def pool_sites(sites: Sequence[Site]) -> pd.DataFrame:
    """Pool the estimates of several sites, each by every method.

    Ratios are pooled as logarithms. The standard error is the width of the interval over twice
    1.96; that of a profile interval, which is not symmetric, is near to it.

    Parameters
    ----------
    sites : sequence of Site

    Returns
    -------
    DataFrame
        A row for each estimate that two sites or more have, and method (``EE`` inverse variance,
        ``DL``, ``REML``, ``PM``, and REML with the interval of Hartung and Knapp): the columns
        :data:`KEY`, method, estimate, ci_low, ci_high, p_value, prediction_low, prediction_high,
        tau2 and i2 with their Q-profile limits (of the logarithms), q, q_p_value, sites, left_out
        (the sites without the estimate), n, events (of the sites pooled) and note.

    Notes
    -----
    As of :func:`lncohort.estimate.meta_analysis.pool` and
    :func:`lncohort.estimate.meta_analysis.tau2_interval`.
    """
    curves = [a["name"] for a in sites[0].study["analysis"] if a["kind"] == "specification_curve"]
    given = pd.concat([site.estimates.assign(site=site.name) for site in sites], ignore_index=True)
    measure = given["measure"]
    wanted = measure.isin([*RATIOS, *DIFFERENCES]) | measure.str.startswith(RATIOS_PER_UNIT)
    given = given[wanted & ~given["analysis"].isin(curves) & ~given["note"].str.match("reference")]
    rows = []
    for key, found in given.groupby(KEY, sort=False):
        known = found.dropna(subset=["estimate", "ci_low", "ci_high"])
        known = known[known["ci_high"] > known["ci_low"]]
        if len(known) < 2:
            continue
        absent = [site.name for site in sites if site.name not in set(known["site"])]
        shared = dict(zip(KEY, key, strict=True)) | {
            "sites": len(known),
            "left_out": "; ".join(absent),
            "n": known["n"].sum(skipna=False),
            "events": known["events"].sum(skipna=False),
        }
        rows += _pooled_rows(shared, known)
    return pd.DataFrame(rows, columns=_columns())


def _columns() -> list[str]:
    spread = ["tau2", "tau2_low", "tau2_high", "i2", "i2_low", "i2_high", "q", "q_p_value"]
    limits = ["ci_low", "ci_high", "p_value", "prediction_low", "prediction_high"]
    return [
        *KEY,
        "method",
        "estimate",
        *limits,
        *spread,
        "sites",
        "left_out",
        "n",
        "events",
        "note",
    ]


def _pooled_rows(shared: dict, known: pd.DataFrame) -> list[dict]:
    to, back = (np.log, np.exp) if shared["measure"] not in DIFFERENCES else (_same, _same)
    estimates = to(known["estimate"].to_numpy())
    errors = (to(known["ci_high"]) - to(known["ci_low"])).to_numpy() / (2 * Z)
    limits = tau2_interval(estimates, errors)
    spread = {
        "tau2_low": limits["ci_low"],
        "tau2_high": limits["ci_high"],
        "i2_low": limits["i2_low"],
        "i2_high": limits["i2_high"],
    }
    made = {method: pool(estimates, errors, method) for method in METHODS}
    made[HARTUNG_KNAPP] = pool(estimates, errors, "REML", hartung_knapp=True)
    return [
        shared | (spread if method != "EE" else {}) | {"method": method} | _figures(pooled, back)
        for method, pooled in made.items()
    ]


def _figures(pooled: Pooled, back) -> dict:
    scaled = ("estimate", "ci_low", "ci_high", "prediction_low", "prediction_high")
    plain = ("p_value", "tau2", "i2", "q", "q_p_value", "note")
    with np.errstate(over="ignore"):
        figures = {name: float(back(getattr(pooled, name))) for name in scaled}
    return figures | {name: getattr(pooled, name) for name in plain}


def _same(values):
    return values
