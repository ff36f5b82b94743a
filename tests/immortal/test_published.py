"""Heart transplants: the figures of R, and those that were published."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.rows import Z, as_estimates
from lncohort.immortal.looking_ahead import ever_rows
from lncohort.immortal.patients import patients_of
from lncohort.immortal.respecting_time import landmark_rows, time_varying_rows
from reference_case import r_data, r_figures


@pytest.fixture(scope="module")
def hearts():
    rows = r_data("cox_heart")
    patients = rows.groupby("id").agg(
        stop=("stop", "max"),
        event=("event", "max"),
        **{name: (name, "first") for name in ("age", "year", "surgery")},
    )
    treated = rows[rows["transplant"] == 1].set_index("id")["start"]
    table = patients.assign(waited=treated)
    return patients_of(table, "stop", "event", "waited", ["age", "year", "surgery"], None)


@pytest.fixture(scope="module")
def estimates(hearts):
    days = [30, 60, 90]
    rows = [*ever_rows(hearts, [90, 360]), *landmark_rows(hearts, days), *time_varying_rows(hearts)]
    return as_estimates(rows)


def test_every_figure_is_that_of_r(estimates):
    found = {}
    for e in estimates.itertuples():
        scale = np.log if e.measure == "HR" else float
        place = f"{e.analysis}/{e.contrast}/{e.measure}/{e.model}"
        found[f"{place}/beta"] = scale(e.estimate)
        found[f"{place}/se"] = (scale(e.ci_high) - scale(e.ci_low)) / (2 * Z)
    expected = r_figures("immortal")
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected, rel=1e-8)


def test_published_figures(estimates):
    """Crowley and Hu 1977: 103 patients, 69 of them transplanted, 75 deaths; Kalbfleisch and Prentice."""
    found = estimates[estimates["analysis"] == "time_varying"].set_index("model")
    assert (found["n"] == 103).all() and (found["events"] == 75).all()
    assert np.log(found.loc["adjusted", "estimate"]) == pytest.approx(-0.010, abs=5e-4)
    assert pd.Series(np.log(found["ci_high"] / found["estimate"]) / Z).round(3).tolist() == [
        0.301,
        0.314,
    ]
