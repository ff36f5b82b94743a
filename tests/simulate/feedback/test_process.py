"""The process does what it says: known rates, decisions on what is known, strategies obeyed."""

import numpy as np
import pytest
import statsmodels.api as sm

from lncohort.simulate.feedback.known import Known
from lncohort.simulate.feedback.process import play
from lncohort.simulate.feedback.scenario import load_scenario
from lncohort.simulate.feedback.strategy import (
    LATER_AS_USUAL,
    NEVER_TACROLIMUS,
    START,
    START_4_MG,
    START_AS_USUAL,
    STOP_ABRUPT,
    STOP_TAPER,
    Strategy,
    strategies_of,
)
from lncohort.simulate.labs import CREATININE, PROTEINURIA
from lncohort.simulate.patients import NEVER, draw_patients
from lncohort.simulate.process import random_streams

PATIENTS, MONTHS = 6_000, 25


def played(name, strategy=None, seed=8, patients=PATIENTS, months=MONTHS):
    scenario = load_scenario(name)
    streams = random_streams(seed, 0)
    p = scenario.parameters()
    people = draw_patients(streams[0], patients, p)
    return people, play(streams[1:4], people, scenario.process, p, months, strategy)


@pytest.fixture(scope="module")
def benefit():
    return played("benefit")


@pytest.fixture(scope="module")
def months(benefit):
    """What was known and taken at the start of each month, told by the results alone."""
    people, lives = benefit
    p = load_scenario("benefit").parameters()
    known, rows = Known(people), []
    start, stop = lives.courses.start[:, 0], lives.courses.stop[:, 0]
    for month in range(MONTHS):
        day = 30 * month
        rows.append(
            {
                "in_care": lives.patients.observed_until > day,
                "indication": known.weighed(p.tacrolimus_indication),
                "prognosis": known.weighed(p.prognosis),
                "proteinuria": known.proteinuria,
                "not_begun": start >= day,
                "starts": start == day,
                "on": (start <= day) & (stop > day),
                "mg": lives.courses.tacrolimus_mg[
                    np.arange(len(people)), np.clip(month - start // 30, 0, MONTHS - 1)
                ],
            }
        )
        results = [lives.results[test][month] for test in (PROTEINURIA, CREATININE)]
        known.measure(lives.visit_day[month], *results)
    return rows


def test_same_streams_give_the_same_lives(benefit):
    _, lives = benefit
    _, again = played("benefit")
    assert np.array_equal(again.visit_day, lives.visit_day)
    assert np.array_equal(again.courses.tacrolimus_mg, lives.courses.tacrolimus_mg)
    assert np.array_equal(again.remission, lives.remission)


@pytest.mark.parametrize("when", ["on the index date", "later"])
def test_tacrolimus_starts_by_what_the_record_holds_and_by_nothing_else(months, benefit, when):
    scenario = load_scenario("benefit").process.start
    used = months[:1] if when == "on the index date" else months[1:]
    at_risk = [row["in_care"] & row["not_begun"] for row in used]
    starts = np.concatenate([row["starts"][a] for row, a in zip(used, at_risk, strict=True)])
    indication = np.concatenate(
        [row["indication"][a] for row, a in zip(used, at_risk, strict=True)]
    )
    severity = np.concatenate([benefit[0].severity[a] for a in at_risk])
    design = sm.add_constant(np.column_stack([indication, severity]))
    fit = sm.Logit(starts, design).fit(disp=0)
    first = when == "on the index date"
    log_odds = scenario.log_odds_at_index if first else scenario.log_odds_later
    planted = np.array([log_odds, scenario.indication, 0])
    assert np.all(np.abs(fit.params - planted) < 3.5 * fit.bse)
    assert fit.params[1] > 10 * fit.bse[1]


def test_remission_has_the_planted_hazard_with_tacrolimus_and_without(months, benefit):
    people, lives = benefit
    process, p = load_scenario("benefit").process, load_scenario("benefit").parameters()
    found, expected = np.zeros(2), np.zeros(2)
    for month, row in enumerate(months):
        day = 30 * month
        timing = (*p.onset_months, *(np.exp(-0.04 * k) for k in range(MONTHS)))[month]
        log_ratio = process.remission.tacrolimus
        log_ratio = log_ratio + process.remission.tacrolimus_per_mg * (row["mg"] - 3)
        hazard = timing * np.exp(
            process.remission.log_hazard
            + process.remission.prognosis * row["prognosis"]
            + row["on"] * log_ratio
        )
        at_risk = row["in_care"] & (lives.remission > day)
        remits = at_risk & (lives.remission <= day + 30)
        for taken in (0, 1):
            whom = at_risk & (row["on"] == taken)
            found[taken] += remits[whom].sum()
            expected[taken] += -np.expm1(-hazard[whom]).sum()
    assert np.all(found > 300)
    assert np.all(np.abs(found - expected) < 3.5 * np.sqrt(expected))


def test_treatment_changes_what_decides_it_later():
    """In the same patients, proteinuria as last measured is lower where tacrolimus was started."""
    latest = {}
    for strategy in (START, NEVER_TACROLIMUS):
        people, lives = played("benefit", strategy)
        known = Known(people)
        for month in range(15):
            results = [lives.results[test][month] for test in (PROTEINURIA, CREATININE)]
            known.measure(lives.visit_day[month], *results)
        latest[strategy.name] = known.log_proteinuria.mean()
    assert latest["start"] < latest["never"] - 0.2


def test_no_visit_falls_on_a_day_of_decision_and_they_are_more_than_a_month_apart(benefit):
    _, lives = benefit
    days = np.where(lives.visit_day > 0, lives.visit_day, -1).T
    assert not (days[days > 0] % 30 == 0).any()
    for row in days[:300]:
        assert (np.diff(row[row > 0]) > 30).all()


def test_nothing_happens_after_the_end_of_care(benefit):
    people, lives = benefit
    ended = lives.patients
    assert (lives.visit_day < np.minimum(ended.observed_until, ended.death)).all()
    stop = lives.courses.stop
    assert (stop[stop < NEVER] <= (ended.observed_until + 1)[np.nonzero(stop < NEVER)[0]]).all()
    assert (ended.death[ended.death < NEVER] == ended.observed_until[ended.death < NEVER]).all()
    assert not ((ended.death < NEVER) & (ended.kidney_failure < NEVER)).any()
    assert (ended.observed_until <= days_left(people)).all()


def test_losses_come_at_the_stated_rate():
    people, lives = played("null")
    horizon = 30 * MONTHS
    until = np.minimum(lives.patients.observed_until, horizon)
    left = (lives.patients.death == NEVER) & (lives.patients.kidney_failure == NEVER)
    lost = left & (lives.patients.observed_until < np.minimum(horizon, days_left(people)))
    expected = load_scenario("null").process.loss.per_year * until.sum() / 365.25
    assert abs(lost.sum() - expected) < 3.5 * np.sqrt(expected)


def days_left(people):
    return (np.datetime64("2022-06-30") - np.datetime64("1970-01-01")).astype(int) - people.index


def test_a_strategy_that_touches_nothing_changes_nothing_but_the_prescriptions():
    _, never = played("null", NEVER_TACROLIMUS)
    _, start = played("null", START)
    assert (never.courses.start[:, 0] == NEVER).all()
    assert (start.courses.start[:, 0] == 0).all()
    assert np.array_equal(never.remission, start.remission)
    assert np.array_equal(never.visit_day, start.visit_day)
    for test in (PROTEINURIA, CREATININE):
        assert np.array_equal(never.results[test], start.results[test], equal_nan=True)


def test_strategies_are_obeyed():
    in_care = 30 * MONTHS
    for strategy in strategies_of(load_scenario("synergy_additive")):
        if strategy.as_usual:
            continue
        _, lives = played("synergy_additive", strategy, patients=800)
        courses = lives.courses
        stayed = lives.patients.observed_until > in_care
        assert stayed.mean() > 0.9, "nobody is lost, the data do not end"
        expected = {
            "never": NEVER,
            "start": in_care if strategy.stop_step is None else 360 + 90 * strategy.taper,
        }[strategy.tacrolimus]
        assert (courses.stop[stayed, 0] == expected).all()
        cyc = courses.start[:, 1] == 0
        assert (courses.start[cyc, 2] == NEVER).all() and (courses.start[~cyc, 2] == 0).all()
        match strategy.background:
            case "cyclophosphamide":
                assert cyc.all()
            case "mycophenolate":
                assert not cyc.any()
            case None:
                assert 0.3 < cyc.mean() < 0.8


def test_as_usual_the_clinician_decides_when_to_stop_and_after_day_60_when_to_start():
    _, start = played("benefit", START_AS_USUAL, patients=800)
    assert (start.courses.start[:, 0] == 0).all()
    stops = np.unique(start.courses.stop[:, 0])
    assert (stops % 30 == 0).sum() > 10 and stops[stops % 30 == 0].min() == 30
    _, later = played("benefit", LATER_AS_USUAL, patients=800)
    starts = later.courses.start[:, 0]
    assert starts.min() == 90
    assert 0.1 < (starts < NEVER).mean() < 0.6


def test_four_mg_is_the_least_and_the_dose_is_else_the_clinicians():
    _, start = played("benefit", START, patients=800)
    _, four = played("benefit", START_4_MG, patients=800)
    assert four.courses.tacrolimus_mg.min() == 4
    assert start.courses.tacrolimus_mg.min() < 4
    first = start.courses.tacrolimus_mg[:, 0]
    assert np.array_equal(four.courses.tacrolimus_mg[:, 0], np.maximum(first, 4))


def test_a_taper_steps_down_and_an_abrupt_stop_does_not():
    _, abrupt = played("benefit", STOP_ABRUPT, patients=800)
    _, taper = played("benefit", STOP_TAPER, patients=800)
    last = taper.courses.tacrolimus_mg[:, 11:15]
    stayed = taper.patients.observed_until > 480
    assert (np.diff(last[stayed, :4], axis=1) < 0).sum(axis=1).min() >= 2
    assert np.array_equal(abrupt.courses.tacrolimus_mg[:, :12], taper.courses.tacrolimus_mg[:, :12])
    assert (abrupt.flare < NEVER).sum() > 1.2 * (taper.flare < NEVER).sum()


def test_four_cells_are_played_only_where_the_background_matters():
    assert {s.name for s in strategies_of(load_scenario("null"))} == {
        "never",
        "start",
        "start_4_mg",
        "stop_abrupt",
        "stop_taper",
        "start_as_usual",
        "later_as_usual",
    }
    assert len(strategies_of(load_scenario("synergy_multiplicative"))) == 15
    assert len(strategies_of(load_scenario("antagonism"))) == 15


def test_who_is_never_assessed_has_no_proteinuria_and_is_assessed_under_a_strategy():
    _, lives = played("missing_outcome")
    _, strategy = played("missing_outcome", Strategy("start", "start"))
    long = (lives.visit_day > 0).sum(axis=0) > 8
    unmeasured = np.isnan(lives.results[PROTEINURIA]).all(axis=0)
    assert 0.2 < unmeasured[long].mean() < 0.4
    assert not np.isnan(lives.results[CREATININE][:, unmeasured & long]).all(axis=0).any()
    assert np.isnan(strategy.results[PROTEINURIA]).all(axis=0)[long].mean() < 0.001
