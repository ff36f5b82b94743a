"""Nested trials: one ratio of all trials, who counts in which trial, bad rows."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from estimate.planted import drawn
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.sequential_trials import sequential_trials
from lncohort.estimate.trial_rows import expand, from_table

BENEFIT = -0.4


def fitted(rows, covariates=("covariate",), protocol=True, **others):
    return sequential_trials(expand(rows, list(covariates), protocol=protocol), **others)


def log_ratio(found) -> tuple[float, float]:
    return found.fit.contrast({"exposure": 1.0})


def world(n: int, effect, seed: int) -> pd.DataFrame:
    """Patients whose drug acts by ``effect`` of the intervals since its start.

    The event cannot come in the first two intervals, and then comes often and ever more rarely. Many
    start at once and a few later, more of them where the risk is high; who has started stops often.
    """
    random = np.random.default_rng(seed)
    severe = (random.random(n) < 0.5) * 1.0
    start, stop, here, parts = np.full(n, 99), np.full(n, 99), np.ones(n, dtype=bool), []
    for k in range(12):
        begins = (start == 99) & (random.random(n) < expit(-3.5 + severe + 1.8 * (k == 0)))
        start[begins] = k
        stop[(start < k) & (stop == 99) & (random.random(n) < 0.1)] = k
        treated = (start <= k) & (stop > k)
        baseline = -np.inf if k < 2 else logit(0.25 * np.exp(-0.3 * (k - 2)))
        event = random.random(n) < expit(
            baseline - 0.8 * severe + np.where(treated, effect(k - start), 0)
        )
        columns = {"patient": np.arange(n), "interval": k, "treated": treated, "severe": severe}
        parts.append(pd.DataFrame(columns | {"event": event})[here])
        here = here & ~event
    return pd.concat(parts, ignore_index=True)


def test_a_hazard_that_moves_with_time_does_not_lean_on_the_ratio():
    # with a curve over the follow-up of each trial it is 0.13, ten standard errors, too low here
    rows = world(60_000, lambda since: 0.7, seed=4)
    # within levels of severity the ratio is 0.7; over both nearly so
    found, error = log_ratio(fitted(rows, ["severe"]))
    assert error < 0.025
    assert abs(found - 0.7) < 0.05


def test_what_does_nothing_is_found_to_do_nothing():
    found, error = log_ratio(fitted(world(30_000, lambda since: 0.0, seed=5), ["severe"]))
    assert abs(found) < 3 * error < 0.12


def test_an_effect_that_comes_late_is_averaged_as_the_strata_of_trial_and_time_do():
    rows = world(60_000, lambda since: 0.9 * (since >= 3), seed=6)
    trials = expand(rows[rows["severe"] == 0], [], protocol=True)
    found, error = log_ratio(sequential_trials(trials))
    seen = pd.DataFrame(
        {
            "at": trials.trial * 100 + trials.follow_up,
            "arm": trials.assigned,
            "event": trials.event,
        }
    )[trials.stays]
    cells = seen.groupby(["at", "arm"])["event"].agg(["sum", "size"]).unstack(fill_value=0)
    events, size = cells["sum"].to_numpy(), cells["size"].to_numpy()
    total = np.maximum(size.sum(axis=1), 1)
    others = size - events
    known = np.sum(events[:, 1] * others[:, 0] / total) / np.sum(
        events[:, 0] * others[:, 1] / total
    )
    assert abs(found - np.log(known)) < 0.5 * error
    assert 0.2 < found < 0.8


def test_weights_make_the_arms_alike():
    crude = log_ratio(fitted(world(30_000, lambda since: 0.0, seed=7), []))
    assert crude[0] < -5 * crude[1]


def test_weights_have_mean_1():
    found = fitted(drawn(20_000, BENEFIT, seed=5)).distribution
    np.testing.assert_allclose(found["mean"], 1.0, atol=0.05)
    assert found.loc[2, "max"] > 1.5


def test_truncation_bounds_the_weights():
    rows = drawn(3000, BENEFIT, seed=6)
    plain = fitted(rows).distribution.loc["all"]
    cut = fitted(rows, truncate=(0.01, 0.99)).distribution.loc["all"]
    # the quantiles are those of the weights of each arm
    assert plain["min"] <= cut["min"] <= plain["q05"]
    assert plain["q95"] <= cut["max"] < plain["max"]


def test_nobody_who_leaves_an_arm_needs_a_model_of_it():
    rows = drawn(4000, 0.0, seed=7)
    rows = rows.assign(treated=rows.groupby("patient")["treated"].cummax())
    assert np.isfinite(log_ratio(fitted(rows))).all()


def test_trials_count_who_begins_them():
    rows = drawn(500, 0.0, seed=8)
    found = fitted(rows).trials.set_index(["trial", "assigned"])["n"]
    untreated = rows.groupby("patient")["treated"].cumsum() - rows["treated"] == 0
    known = rows[untreated].groupby(["interval", "treated"]).size()
    np.testing.assert_array_equal(found.to_numpy(), known.to_numpy())


def test_order_of_rows_names_and_units_change_nothing():
    rows = drawn(800, BENEFIT, seed=10, lost=True)
    mixed = rows.sample(frac=1, random_state=1).assign(covariate=lambda r: 1e5 * r["covariate"])
    mixed["patient"] = mixed["patient"].map(lambda p: f"P{p:05d}")
    one, two = (log_ratio(fitted(r)) for r in (rows, mixed))
    assert one == pytest.approx(two, rel=1e-6)


def test_a_table_expanded_elsewhere_gives_the_same_numbers():
    rows = drawn(1500, BENEFIT, seed=12, lost=True)
    trials = expand(rows, ["covariate"], protocol=False)
    keyed = rows.sort_values(["patient", "interval"]).iloc[trials.now]
    table = keyed.assign(trial=trials.trial, follow_up=trials.follow_up)
    for protocol in (False, True):
        one = sequential_trials(expand(rows, ["covariate"], protocol=protocol))
        two = sequential_trials(from_table(table, ["covariate"], protocol=protocol))
        assert log_ratio(one) == pytest.approx(log_ratio(two))


BAD = {
    "missing": (lambda r: r.assign(covariate=np.nan), "covariate is missing"),
    "constant": (lambda r: r.assign(covariate=0.1), "probability of staying untreated"),
    "collinear": (lambda r: r.assign(other=2 - r["covariate"]), "determine each other"),
    "no event": (lambda r: r.assign(event=0), "no row has an event"),
    "all events": (lambda r: r[r["interval"] == 0].assign(event=1), "every row"),
    "no row": (lambda r: r[:0], "nobody is eligible"),
    "nobody eligible": (lambda r: r.assign(eligible=0), "nobody is eligible"),
    "one patient": (lambda r: r[r["patient"] == 0], "not estimable"),
    "nobody starts": (lambda r: r.assign(treated=0), "determine each other"),
}


@pytest.mark.parametrize("word", BAD)
def test_rows_without_an_answer_are_refused_with_a_reason(word):
    spoil, told = BAD[word]
    rows = spoil(drawn(400, 0.0, seed=2))
    with pytest.raises(NotEstimable, match=told):
        fitted(rows, [name for name in ("covariate", "other") if name in rows])


def test_truncation_leaves_the_few_treated_their_weights():
    random = np.random.default_rng(11)
    n = 150_000
    severe = random.random(n) < 0.5
    treated = random.random(n) < np.where(severe, 0.02, 0.002)
    rows = pd.DataFrame(
        {
            "patient": np.arange(n),
            "interval": 0,
            "treated": treated,
            "event": random.random(n) < np.where(severe, 0.3, 0.05),
            "severe": severe * 1.0,
        }
    )
    found, error = log_ratio(fitted(rows, ["severe"], protocol=False, truncate=(0.01, 0.99)))
    assert abs(found) < 3 * error < 0.4


@pytest.mark.parametrize("only_first", [True, False])
def test_trials_of_one_arm_leave_the_others_estimable(only_first):
    """Nobody can start in the first interval, or whoever starts does in it."""
    rows = world(8_000, lambda since: 0.7, seed=6)
    start = rows[rows["treated"]].groupby("patient")["interval"].min()
    start = rows["patient"].map(start).fillna(99)
    begins = np.where(start == 0, 0 if only_first else 1, 99 if only_first else start)
    rows["treated"] = begins <= rows["interval"]
    found, error = log_ratio(fitted(rows, ["severe"], protocol=False))
    assert np.isfinite(found)
    assert 0 < error < 0.1
