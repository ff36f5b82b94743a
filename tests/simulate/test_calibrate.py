"""The calibration finds what it looks for, and looks for the published figures."""

from dataclasses import fields

import numpy as np
import pytest

from lncohort.simulate.calibrate import broyden, published_targets, with_knobs
from lncohort.simulate.parameters import KNOBS, Parameters, calibrated, calibration
from lncohort.study import load_study


def test_broyden_solves_a_system_that_is_not_linear():
    def distance(x):
        return np.array([np.exp(x[0]) + x[1] - 3, x[0] * x[1] + x[1] - 2])

    assert np.abs(distance(broyden(distance, np.zeros(2), 1e-6, 30))).max() < 1e-6


def test_broyden_says_when_there_is_no_fit():
    with pytest.raises(RuntimeError, match="no fit"):
        broyden(lambda x: x**2 + 1, np.array([1.0]), 1e-6, 5)


def test_there_are_as_many_targets_as_free_parameters():
    targets = published_targets(load_study("nanjing"))
    assert len(targets) == len(KNOBS)
    values = {(t.analysis, t.level): t.value for t in targets}
    assert values["cohort", "response"] == pytest.approx(27.9, abs=0.05)
    assert values["cohort", "ever"] == pytest.approx(30.8, abs=0.05)
    assert values["use", "ever"] == 2.82
    # 2.15 / 3.14 and 2.43 / 3.54 both say what mycophenolate is against cyclophosphamide.
    assert values["joint_vs_cyc", "MMF alone"] == pytest.approx(0.685, abs=0.002)


def test_free_parameters_are_those_without_a_default_and_stand_in_the_data_file():
    assert list(calibration()["parameters"]) == list(KNOBS)
    values = np.arange(len(KNOBS), dtype=float)
    changed = with_knobs(values)
    assert [getattr(changed, knob) for knob in KNOBS] == list(values)
    others = {f.name for f in fields(Parameters)} - set(KNOBS)
    assert all(getattr(changed, name) == getattr(calibrated(), name) for name in others)


def test_the_data_file_holds_the_published_figures_within_five_per_cent():
    study = load_study("nanjing")
    truth = {
        (row["analysis"], row["model"], row["level"], row["measure"]): row
        for row in calibration()["truth"]
    }
    for fact in study.published.facts:
        if fact.value is None or fact.measure != "OR":
            continue
        found = truth[fact.analysis, "adjusted", fact.level, "OR"]
        assert found["value"] == pytest.approx(fact.value, rel=0.05), fact.name
    for analysis in ("tac_x_cyc", "tac_x_mmf"):
        product = truth[analysis, "adjusted", "product", "ratio of ORs"]
        assert np.log(product["value"]) > 4 * product["mc_se"]
    assert calibration()["patients"] >= 1_000_000
    assert not set(calibration()["seeds"]["fit"]) & set(calibration()["seeds"]["truth"])
