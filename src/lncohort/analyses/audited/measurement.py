"""How often patients are looked at, by how sick they are and by exposure."""

import numpy as np
import pandas as pd

from lncohort.analyses.audited.shared import ANALYSIS
from lncohort.estimate.rows import Z, row
from lncohort.follow_up import FollowUp
from lncohort.study import Study

MODEL = "informative_measurement"
THIRDS = ("lower third", "middle third", "upper third")
EXPOSURE = ("not started", "started")
YEAR = 365.25
METHOD = "Mantel-Haenszel ratio of rates"


def measurement_rows(study: Study, follow_up: FollowUp, interval_visit: pd.DataFrame) -> list[dict]:
    """Days on which the outcome could be judged, per person-year up to it.

    Parameters
    ----------
    study : Study
    follow_up : FollowUp
    interval_visit : DataFrame
        As the SQL of ``interval_visit`` says.

    Returns
    -------
    list of dict
        Rate by exposure so far, and by thirds of the latest value of the first covariate that is
        also a test of the outcome; the ratio of started to not, within thirds, and of the upper to
        the lower third, within exposure. Nothing without intervals.

    Notes
    -----
    Hernán MA, McAdams M, McGrath N, Lanoy E, Costagliola D. Stat Methods Med Res 2009;18:27. Ratio
    over strata and its variance: Greenland S, Robins JM. Biometrics 1985;41:55; days of a patient
    count as if of several, which for regular visits makes the interval too wide.
    """
    if follow_up.intervals.empty:
        return []
    rows = follow_up.intervals.merge(
        interval_visit, on=["patient_id", "start_day"], validate="one_to_one"
    )
    started = np.where(rows[f"{study.exposure.drug}_started"], *reversed(EXPOSURE))
    groups = {study.exposure.drug: (pd.Series(started, index=rows.index), EXPOSURE)}
    severity = _severity(study)
    if severity is not None:
        values = rows[f"{severity} now"]
        cuts = values.quantile([1 / 3, 2 / 3]).to_numpy()
        third = np.select([values <= cuts[0], values <= cuts[1], values > cuts[1]], THIRDS, "")
        groups[severity] = (pd.Series(third, index=rows.index), THIRDS)
    years = (rows["stop_day"] - rows["start_day"]) / YEAR
    found = []
    for contrast, (group, levels) in groups.items():
        others = [other for name, (other, _) in groups.items() if name != contrast]
        table = pd.DataFrame({"group": group, "days": rows["measured_days"], "years": years})
        table["stratum"] = others[0] if others else ""
        table = table[(table["group"] != "") & ((table["stratum"] != "") | (not others))]
        place = {"model": MODEL, "contrast": contrast}
        for level in levels:
            own = table[table["group"] == level]
            if rows.loc[own.index, "patient_id"].nunique() >= study.info.min_cell:
                rate = own["days"].sum() / own["years"].sum()
                found.append(row(ANALYSIS, "per person-year", rate, level=level, **place))
        place |= {"level": levels[-1], "reference": levels[0], "method": METHOD}
        found.append(row(ANALYSIS, "rate ratio", **place, **_ratio(table, levels)))
    return found


def _severity(study: Study) -> str | None:
    """The first covariate that is a test of the outcome."""
    tests = [criterion.test for criterion in study.outcome.criteria]
    return next((c.name for c in study.covariates if c.kind == "lab" and c.concept in tests), None)


def _ratio(table: pd.DataFrame, levels: tuple[str, ...]) -> dict:
    """Rate ratio of the last level to the first, over the strata, with its interval."""
    summed = table.groupby(["stratum", "group"])[["days", "years"]].sum()
    up = down = spread = 0.0
    for stratum in summed.index.unique("stratum"):
        own = summed.loc[stratum].reindex([levels[-1], levels[0]], fill_value=0.0)
        (a, time_a), (b, time_b) = own.itertuples(index=False)
        total = time_a + time_b
        if time_a > 0 and time_b > 0:
            up, down = up + a * time_b / total, down + b * time_a / total
            spread += (a + b) * time_a * time_b / total**2
    if not (up > 0 and down > 0):
        return {"note": "not estimable: no measurement in one of the groups"}
    log_ratio, error = np.log(up / down), np.sqrt(spread / (up * down))
    limits = np.exp([log_ratio - Z * error, log_ratio + Z * error])
    return {"estimate": up / down, "ci_low": float(limits[0]), "ci_high": float(limits[1])}
