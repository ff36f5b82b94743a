"""Patients drawn with replacement: what is drawn, in which order, and what fails."""

import numpy as np
import pytest

from lncohort.estimate.bootstrap import bootstrap_by_patient, percentile_interval
from lncohort.estimate.rows import NotEstimable


def test_all_rows_of_a_patient_are_drawn_together_and_as_many_patients_as_there_are():
    patient = np.array(["c", "a", "b", "a", "c", "d"])
    counts, failed = bootstrap_by_patient(lambda c: c, patient, 50, seed=1)
    assert failed == 0
    np.testing.assert_array_equal(counts[:, 1], counts[:, 3])
    np.testing.assert_array_equal(counts[:, 0], counts[:, 4])
    assert (counts[:, [0, 1, 2, 5]].sum(axis=1) == 4).all()


def test_order_of_rows_changes_no_draw():
    patient = np.array([3, 1, 2, 1])
    one, _ = bootstrap_by_patient(lambda c: c, patient, 5, seed=1)
    two, _ = bootstrap_by_patient(lambda c: c, patient[::-1], 5, seed=1)
    np.testing.assert_array_equal(one, two[:, ::-1])


def test_error_of_a_mean_is_that_of_the_formula():
    values = np.random.default_rng(1).normal(size=200)
    found, _ = bootstrap_by_patient(
        lambda c: np.array([c @ values / c.sum()]), np.arange(200), 4000, seed=2
    )
    told = percentile_interval(found)
    error = values.std() / np.sqrt(200)
    assert told["se"][0] == pytest.approx(error, rel=0.05)
    assert told["ci_high"][0] - told["ci_low"][0] == pytest.approx(2 * 1.96 * error, rel=0.08)


def test_samples_that_cannot_be_estimated_are_counted():
    def sometimes(counts):
        if counts[0]:
            raise NotEstimable("not estimable: here")
        return counts

    found, failed = bootstrap_by_patient(sometimes, np.arange(3), 60, seed=1)
    assert 0 < failed < 60
    assert len(found) == 60 - failed
    assert np.isnan(percentile_interval(found[:1])["se"])
