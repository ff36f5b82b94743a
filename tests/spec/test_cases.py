"""Every rule holds in its example, and docs/rules.md tells them as they stand."""

import re

import pytest

from lncohort.engine.stages import sql_folder
from lncohort.spec.cases import cases, run

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_rule(case):
    assert run(case) == case.expected


def test_names_are_different():
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_reason_of_rejection_has_its_row():
    text = (sql_folder() / "intake" / "prescription_checked.sql").read_text(encoding="utf-8")
    reasons = set(re.findall(r"THEN '(\w+)'", text))
    (rejected,) = (case for case in CASES if "rejected_prescriptions" in case.expected)
    assert {row["reason"] for row in rejected.expected["rejected_prescriptions"]} == reasons
