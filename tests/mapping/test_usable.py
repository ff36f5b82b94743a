"""When a table of a mapping is refused, and when its unused rows are understood."""

import re

import pytest

from lncohort.mapping.accounting import Account
from lncohort.mapping.usable import unusable

PATIENTS = {"patients": 9, "linked": 0, "unobserved": 0, "strangers": 0}


def an_account(target, used, patients=PATIENTS, **reasons):
    """The account of one table, each reason as ``reason=(fate, rows)``."""
    told = [
        {"table": "t", "fate": fate, "reason": reason, "rows": rows}
        for reason, (fate, rows) in reasons.items()
    ]
    fates = {
        fate: sum(row["rows"] for row in told if row["fate"] == fate)
        for fate in ("rejected", "unmapped", "out_of_scope")
    }
    table = {"name": "t", "target": target, "source": "t.csv", "used": used} | fates
    table["read"] = used + sum(fates.values())
    return Account(tables=[table], reasons=told, patients=patients)


@pytest.mark.parametrize("target", ["patient", "prescription", "lab"])
@pytest.mark.parametrize("reason", [{}, {"unknown_name": ("unmapped", 3)}])
def test_a_table_of_which_nothing_is_used_is_refused(target, reason):
    (fault,) = unusable(an_account(target, 0, **reason))
    assert re.search(r"t\.csv \(table\.t\): \d of \d rows cannot be used", fault)


def test_a_table_that_may_be_empty_is_not_refused():
    assert unusable(an_account("biopsy", 0)) == []
    assert unusable(an_account("diagnosis", 0, unknown_name=("unmapped", 3))) == []


def test_more_than_half_rejected_is_refused_and_half_is_not():
    assert unusable(an_account("diagnosis", 5, unreadable_date=("rejected", 5))) == []
    (fault,) = unusable(an_account("diagnosis", 5, unreadable_date=("rejected", 6)))
    assert re.search(r"6 of 11 rows cannot be used: unreadable_date \(6\)", fault)


def test_rows_of_other_drugs_and_tests_do_not_count_against_a_table():
    assert unusable(an_account("lab", 1, unknown_name=("unmapped", 10_000))) == []


@pytest.mark.parametrize("reason", ["copy_of_a_row", "refunded", "cancelled_or_not_executed"])
def test_rows_that_are_understood_are_no_fault(reason):
    assert unusable(an_account("prescription", 0, **{reason: ("rejected", 9)})) == []
    assert unusable(an_account("prescription", 1, **{reason: ("rejected", 9)})) == []


def test_words_may_be_most_results_and_not_all():
    assert unusable(an_account("lab", 1, grade_is_no_amount=("rejected", 9))) == []
    (fault,) = unusable(an_account("lab", 0, grade_is_no_amount=("rejected", 9)))
    assert re.search("9 of 9 rows", fault)


def test_patients_without_any_record_beside_records_of_others_are_refused():
    nobody = PATIENTS | {"unobserved": 9, "strangers": 9}
    (fault,) = unusable(an_account("lab", 9, patients=nobody))
    assert re.search("none of the 9 patients has a record", fault)
    assert unusable(an_account("lab", 9, patients=PATIENTS | {"strangers": 900})) == []


@pytest.mark.parametrize("target", ["concept", "ancestor", "strength"])
def test_a_damaged_row_among_many_that_are_looked_up_is_no_fault(target):
    rows = {"looked_up": ("out_of_scope", 99), "a quote that is never closed": ("rejected", 1)}
    assert unusable(an_account(target, 0, **rows)) == []
    rows = {"looked_up": ("out_of_scope", 1), "fewer fields": ("rejected", 2)}
    (fault,) = unusable(an_account(target, 0, **rows))
    assert "2 of 3 rows" in fault
