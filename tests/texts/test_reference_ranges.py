"""Reference ranges: two bounds, one bound, or not understood."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.reference_ranges import ReferenceRange, read_reference_range
from texts.forms import full_width

RANGES = {
    "41-81": ReferenceRange(D(41), D(81)),
    "41 - 81": ReferenceRange(D(41), D(81)),
    "41～81": ReferenceRange(D(41), D(81)),
    "41至81": ReferenceRange(D(41), D(81)),
    "41–81": ReferenceRange(D(41), D(81)),
    "0.00--0.15": ReferenceRange(D("0.00"), D("0.15")),
    "0.00—0.15": ReferenceRange(D("0.00"), D("0.15")),
    "0,00-0,15": ReferenceRange(D("0.00"), D("0.15")),
    "(41-81)": ReferenceRange(D(41), D(81)),
    "3.5-5.5 mmol/L": ReferenceRange(D("3.5"), D("5.5")),
    "0-0.15g/24h": ReferenceRange(D(0), D("0.15")),
    "-3~3": ReferenceRange(D(-3), D(3)),
    "-3-3": ReferenceRange(D(-3), D(3)),
    "<0.15": ReferenceRange(high=D("0.15")),
    "≤5": ReferenceRange(high=D(5)),
    ">=60": ReferenceRange(low=D(60)),
    ">60": ReferenceRange(low=D(60)),
    "": ReferenceRange(reason="empty"),
    "-": ReferenceRange(reason="empty"),
    "81-41": ReferenceRange(reason="impossible"),
    "1,234-2,345": ReferenceRange(reason="ambiguous_number"),
    "男:57-97 女:41-73": ReferenceRange(reason="unknown_text"),
    "阴性": ReferenceRange(reason="unknown_text"),
    "41": ReferenceRange(reason="unknown_text"),
    "41-81-90": ReferenceRange(reason="unknown_text"),
    "41-81(儿童)": ReferenceRange(reason="unknown_text"),
}


@pytest.mark.parametrize(("text", "expected"), RANGES.items())
def test_bounds_of_a_text(text, expected):
    assert read_reference_range(text) == expected
    assert read_reference_range(full_width(text)) == expected


def test_missing_range_is_empty():
    assert read_reference_range(None) == ReferenceRange(reason="empty")


@given(st.text() | st.lists(st.sampled_from([*RANGES, *"-~<>()"])).map("".join))
def test_any_text_is_read_without_an_error(text):
    found = read_reference_range(text)
    assert (found.reason is None) == (found.low is not None or found.high is not None)


BOUND = st.decimals(0, 1000, places=1)


@given(BOUND, BOUND, st.sampled_from(["-", "--", "~", " - ", "～", "—", "至"]))
def test_generated_range_comes_back(low, high, between):
    low, high = sorted((low, high))
    assert read_reference_range(f"{low}{between}{high}") == ReferenceRange(low, high)
