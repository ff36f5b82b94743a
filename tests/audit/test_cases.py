"""Each rule fires where it should and stays silent where it should."""

from pathlib import Path

import pytest

from audit.cases import CASES
from audit.page import page
from audit.worlds import findings_in
from lncohort.audit import RULES


def test_every_rule_has_a_case():
    assert sorted(case.bias for case in CASES) == sorted(rule.bias for rule in RULES)


@pytest.mark.parametrize("case", CASES, ids=[case.bias for case in CASES])
def test_a_rule_fires_where_the_bias_is(case):
    found = findings_in(case.fires.name, case.fires.kinds)[case.bias]
    assert (found.verdict, found.applies) == (case.verdict, "yes")
    assert found.why
    assert found.direction
    assert found.remedy


@pytest.mark.parametrize("case", CASES, ids=[case.bias for case in CASES])
def test_a_rule_is_silent_where_the_bias_is_not(case):
    found = findings_in(case.silent.name, case.silent.kinds)[case.bias]
    assert found.verdict == "pass"
    assert found.why


def test_the_page_of_the_audit_is_current():
    docs = Path(__file__).resolve().parents[2] / "docs" / "audit.md"
    assert docs.read_text(encoding="utf-8") == page()
