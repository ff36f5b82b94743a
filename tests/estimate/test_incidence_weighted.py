"""Weighted cumulative incidence is the plain one where weights say nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.estimate.incidence import cumulative_incidence, weighted_incidence

patients = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from([0, 1, 2]), st.integers(1, 3)),
    min_size=2,
    max_size=25,
)
DAYS = np.arange(0, 14)


@given(patients)
def test_weights_of_one_change_nothing(drawn):
    time, event, _ = (np.array(column) for column in zip(*drawn, strict=True))
    plain = cumulative_incidence(time, event, 1, DAYS)["estimate"]
    found = weighted_incidence(np.zeros(len(time)), time, event, 1, np.ones(len(time)), DAYS)
    assert found == pytest.approx(plain.to_numpy(), abs=1e-12)


@given(patients)
def test_a_weight_is_so_many_patients(drawn):
    time, event, count = (np.array(column) for column in zip(*drawn, strict=True))
    many = cumulative_incidence(np.repeat(time, count), np.repeat(event, count), 1, DAYS)
    found = weighted_incidence(np.zeros(len(time)), time, event, 1, count, DAYS)
    assert found == pytest.approx(many["estimate"].to_numpy(), abs=1e-12)


@given(patients, st.integers(1, 11))
def test_a_patient_cut_in_two_rows_is_one_patient(drawn, cut):
    time, event, count = (np.array(column) for column in zip(*drawn, strict=True))
    after = time > cut
    start = np.concatenate([np.zeros(len(time)), np.full(after.sum(), cut)])
    stop = np.concatenate([np.minimum(time, cut), time[after]])
    kind = np.concatenate([np.where(after, 0, event), event[after]])
    weight = np.concatenate([count, count[after]])
    whole = weighted_incidence(np.zeros(len(time)), time, event, 1, count, DAYS)
    found = weighted_incidence(start, stop, kind, 1, weight, DAYS)
    assert found == pytest.approx(whole, abs=1e-12)
