"""What is asked of the counts: risks, contrasts, interaction, and the ratio of a Cox model."""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

from lncohort.simulate.feedback.outcomes import estimands, hazard_ratio, patients_of

DAYS = 732


def tally(patients, responses=(), exits=(), remissions=(), flares=(), responders=0):
    def by_day(days):
        return np.bincount(np.array(days, int), minlength=DAYS)

    everyone = np.zeros(DAYS, int)
    everyone[0] = patients
    responder = np.zeros(DAYS, int)
    responder[0] = responders
    return np.stack(
        [by_day(responses), by_day(exits), by_day(remissions), by_day(flares), everyone, responder]
    )


def five_strategies(**cells):
    return {
        "never": tally(100, [200] * 10 + [500] * 10, responders=20, flares=[400] * 2),
        "start": tally(100, [200] * 25 + [730] * 15, remissions=[150] * 50, responders=20),
        "start_4_mg": tally(100, [100] * 50),
        "stop_abrupt": tally(100, [200] * 25, responders=20, flares=[400] * 8 + [731]),
        "stop_taper": tally(100, [200] * 25, responders=20, flares=[400] * 5),
    } | cells


def test_risks_count_the_responses_up_to_the_day_and_not_beyond():
    found = estimands(five_strategies())
    assert found["risk", "never", "", 365] == 0.10
    assert found["risk", "never", "", 730] == 0.20
    assert found["risk", "start", "", 730] == pytest.approx(0.40)
    assert found["remission_risk", "start", "", 365] == 0.50
    assert found["risk_difference", "start", "never", 365] == pytest.approx(0.15)
    assert found["risk_ratio", "start_4_mg", "start", 365] == pytest.approx(2.0)


def test_flares_are_counted_among_those_who_had_responded_by_the_stop():
    found = estimands(five_strategies(start=tally(100, [200], responders=20, flares=[400] * 2)))
    assert found["flare_risk", "stop_abrupt", "", 730] == 0.4
    assert found["flare_risk_difference", "stop_abrupt", "start", 730] == pytest.approx(0.3)
    assert found["flare_risk_difference", "stop_taper", "start", 730] == pytest.approx(0.15)
    assert found["flare_risk_difference", "stop_abrupt", "stop_taper", 730] == pytest.approx(0.15)


def test_reri_of_four_cells():
    cells = {
        "mmf_never": tally(100, [200] * 10),
        "mmf_start": tally(100, [200] * 20),
        "cyc_never": tally(100, [200] * 15),
        "cyc_start": tally(100, [200] * 40),
    }
    found = estimands(five_strategies(**cells))
    assert found["reri", "cyc_start", "mmf_never", 365] == pytest.approx(4 - 2 - 1.5 + 1)
    product = found["ratio_of_risk_ratios", "cyc_start", "mmf_never", 365]
    assert product == pytest.approx(4 / (2 * 1.5))
    assert "reri" not in estimands(five_strategies()).index.get_level_values("estimand")


def test_hazard_ratio_is_that_of_a_cox_model():
    rng = np.random.default_rng(4)
    day = rng.permutation(np.arange(1, 701))[:400]  # no ties: all their treatments agree
    start = rng.random(400) < 0.5
    event = rng.random(400) < np.where(start, 0.8, 0.4)
    rows = pd.DataFrame({"day": day, "start": start.astype(float), "event": event})
    counts = {
        arm: tally((start == arm).sum(), day[(start == arm) & event], day[(start == arm) & ~event])
        for arm in (True, False)
    }
    cut = rows.assign(event=event & (day <= 365), day=np.minimum(day, 365))
    for last, data in ((730, rows), (365, cut)):
        fit = CoxPHFitter().fit(data, "day", "event")
        found = hazard_ratio(counts[True], counts[False], last)
        assert np.log(found) == pytest.approx(fit.params_["start"], abs=1e-5)
    assert patients_of(counts[True]) == start.sum()


def test_equal_strategies_have_a_ratio_of_one():
    counts = tally(50, [100, 200, 200], [300, 400])
    assert hazard_ratio(counts, counts, 730) == pytest.approx(1, abs=1e-9)
