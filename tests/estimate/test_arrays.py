"""Values of patients: what is none is refused by the name of its argument."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.arrays import flags, labels, numbers, sampling_weights


@pytest.mark.parametrize(
    "given", [[True, False], [1, 0], [1.0, 0.0], pd.Series([1, 0], dtype="Int64")]
)
def test_flags_of_any_kind_are_booleans(given):
    assert flags("event", given).tolist() == [True, False]


@pytest.mark.parametrize(
    "given", [[1.0, np.nan], [True, None], pd.Series([1, None], dtype="Int64"), [1, 2], [0.5, 1]]
)
def test_flag_that_is_neither_is_refused(given):
    with pytest.raises(ValueError, match="event: expected 0 or 1 in every row, found"):
        flags("event", given)


@pytest.mark.parametrize(("value", "found"), [(np.nan, "a missing"), (np.inf, "an infinite")])
def test_number_that_is_none_is_refused(value, found):
    with pytest.raises(ValueError, match=f"stop: expected .* found {found} one"):
        numbers("stop", [1.0, value])


@pytest.mark.parametrize("missing", [None, np.nan, pd.NaT])
def test_row_without_a_label_is_refused(missing):
    with pytest.raises(ValueError, match="group: expected a label"):
        labels("group", np.array(["a", missing], dtype=object))


def test_labels_are_sorted_and_unused_categories_do_not_count():
    names, place = labels("group", pd.Categorical(["b", "a", "b"], ["c", "b", "a"]))
    assert (names.tolist(), place.tolist()) == (["a", "b"], [1, 0, 1])


def test_weight_below_0_and_other_lengths_are_refused():
    with pytest.raises(ValueError, match="weights: expected 0 or more in every row, found -1"):
        sampling_weights("weights", [1, -1])
    with pytest.raises(ValueError, match="weights: expected 3 values, one for each row; found 2"):
        sampling_weights("weights", [1, 1], 3)
