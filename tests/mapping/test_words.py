"""Numbers with their units in cells of quantities and days, and kinds of orders."""

import pytest

from lncohort.mapping.words import is_temporary, read_days, read_quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2盒", (2, "盒")),
        ("-2 盒", (-2, "盒")),
        ("28", (28, "")),
        ("1.5", (1.5, "")),
        ("100mg", (100, "mg")),
        ("2盒半", (None, "")),
        ("1-2盒", (None, "")),
        ("盒", (None, "")),
        ("2疗程", (None, "")),
    ],
)
def test_quantity_of_a_text(text, expected):
    assert read_quantity(text, ".") == expected


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7天", 7),
        ("28", 28),
        ("4周", 28),
        ("2 weeks", 14),
        ("1月", None),
        ("7-10天", None),
        ("-1", -1),
    ],
)
def test_days_of_a_text(text, days):
    assert read_days(text, ".") == days


@pytest.mark.parametrize(
    ("text", "expected"),
    [("临时医嘱", True), ("临时", True), ("长期医嘱", False), ("长期/临时", None), ("草药", None)],
)
def test_kind_of_an_order(text, expected):
    assert is_temporary(text) is expected
