"""Use that never was: no effect where nothing looks ahead, the known one where something does."""

import numpy as np
import pandas as pd
import pytest

from lncohort.analyses.odds_ratios import odds_ratio_rows
from lncohort.analyses.permuted_start import _log_odds_ratios, permuted_start_rows
from lncohort.estimate.kaplan_meier import drawn_times
from lncohort.estimate.rows import as_estimates
from lncohort.study.model import Analysis
from made import made_patients

ASKED = Analysis(name="made_up", kind="permuted_start", replicates=60, seed=5)


def started(patients, seed, latest, window):
    """The same patients; users began evenly up to a day and took the drug for 100 days."""
    random = np.random.default_rng(seed)
    first = pd.array(random.integers(0, latest + 1, len(patients)), dtype="Int64")
    return patients.assign(
        tacrolimus_first_day=first,
        tacrolimus_covered_days=np.where(patients["exposed"], 100, 0),
        window_days=window,
    )


def figures(study, patients):
    table = as_estimates(permuted_start_rows(study, patients, ASKED))
    return table[table["model"] == "adjusted"].set_index("level")


def test_starts_on_the_index_date_look_nowhere_ahead(nanjing):
    patients = started(made_patients(3000, seed=4), 1, latest=0, window=730)
    found = figures(nanjing, patients).loc["ever"]
    assert found["ci_low"] < 1 < found["ci_high"]
    assert found["estimate"] == pytest.approx(1, abs=0.1)


def test_windows_that_end_with_the_response_push_down(nanjing):
    """Who responds on day 100 can have begun by then only; the others had two years."""
    patients = made_patients(3000, seed=4)
    window = np.where(patients["response"], 100, 730)
    found = figures(nanjing, started(patients, 1, latest=400, window=window)).loc["ever"]
    assert found["ci_high"] < 0.7


def test_windows_that_are_longer_for_responders_push_up(nanjing):
    patients = made_patients(3000, seed=4)
    window = np.where(patients["response"], 730, 100)
    found = figures(nanjing, started(patients, 1, latest=400, window=window)).loc["ever"]
    assert found["ci_low"] > 1.4


def test_real_users_do_not_enter_but_for_when_and_how_long_they_took_it(nanjing):
    patients = started(made_patients(1500, seed=4), 1, latest=300, window=500)
    other = patients.assign(response=patients["response"] ^ patients["exposed"])
    pd.testing.assert_frame_equal(figures(nanjing, patients), figures(nanjing, other))


def test_the_same_seed_gives_the_same_figures_and_another_others(nanjing):
    patients = started(made_patients(800, seed=4), 1, latest=300, window=500)
    again = permuted_start_rows(nanjing, patients, ASKED)
    assert as_estimates(again).equals(as_estimates(permuted_start_rows(nanjing, patients, ASKED)))
    other = ASKED.model_copy(update={"seed": 6})
    assert not as_estimates(again).equals(
        as_estimates(permuted_start_rows(nanjing, patients, other))
    )


def test_one_permutation_is_fitted_as_real_use_is(nanjing):
    patients = made_patients(900, seed=8).assign(exposed=False)
    random = np.random.default_rng(2)
    band = random.integers(0, 4, len(patients))
    labels = ["never", *nanjing.exposure.duration_band_labels]
    handed = patients.assign(
        duration_band=pd.Categorical([labels[i] for i in band], labels, ordered=True)
    )
    rows = odds_ratio_rows(nanjing, handed, "d", "duration_band", "never", "days")
    expected = as_estimates(rows).set_index(["model", "level"])["estimate"]
    found = _log_odds_ratios(
        np.empty((len(patients), 0)), patients["response"].to_numpy(float), band[None, :], 3
    )
    assert np.exp(found[0]) == pytest.approx(
        [expected["crude", level] for level in labels[1:]], rel=1e-6
    )


def test_draws_follow_the_curve_of_kaplan_and_meier():
    """Half begin on day 10, of those still there on day 20 half more; the rest never do."""
    days, seen = np.array([10.0, 10, 15, 15, 20, 30]), np.array([1, 1, 0, 0, 1, 0], bool)
    drawn = drawn_times(np.random.default_rng(1), 100_000, days, seen)
    assert (drawn == 10).mean() == pytest.approx(1 / 3, abs=0.005)
    assert (drawn == 20).mean() == pytest.approx(1 / 3, abs=0.005)
    assert np.isinf(drawn).mean() == pytest.approx(1 / 3, abs=0.005)
    assert set(drawn[np.isfinite(drawn)]) == {10.0, 20.0}


def test_without_users_nobody_is_handed_anything(nanjing):
    patients = started(made_patients(300, seed=4), 1, latest=10, window=500).assign(exposed=False)
    found = as_estimates(permuted_start_rows(nanjing, patients, ASKED))
    assert found["estimate"].isna().all()
    assert found["note"].str.startswith("not estimable").all()
