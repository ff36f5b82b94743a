"""Published figures beside ours: when they agree."""

import math
from types import SimpleNamespace

import pytest

from lncohort.report.suppress import suppress
from lncohort.report.tables.published import Beside, agreement, beside, published


def pair(fact, row):
    fact = {"value": None, "ci": None, "p_value": None, "measure": "OR"} | fact
    row = {"ci_low": math.nan, "ci_high": math.nan, "p_value": math.nan} | row
    return Beside(SimpleNamespace(**fact), SimpleNamespace(**row))


@pytest.mark.parametrize(
    ("fact", "row", "words"),
    [
        ({"value": 2.0, "ci": (1.5, 3)}, {"estimate": 2.5, "ci_low": 1.9, "ci_high": 3}, "agrees"),
        ({"value": 1.6, "ci": (1.2, 2)}, {"estimate": 2.5, "ci_low": 1.9, "ci_high": 3}, "in part"),
        (
            {"value": 1.3, "ci": (1, 1.8)},
            {"estimate": 2.5, "ci_low": 1.9, "ci_high": 3},
            "does not",
        ),
        (
            {"value": 4.0, "ci": (3.5, 5)},
            {"estimate": 2.5, "ci_low": 1.9, "ci_high": 3},
            "does not",
        ),
        ({"value": 2.0}, {"estimate": math.nan}, "not estimable here"),
        ({"value": 793, "measure": "count"}, {"estimate": 793}, "the same"),
        ({"value": 793, "measure": "count"}, {"estimate": 790}, "3 fewer here"),
        ({"p_value": "<0.001"}, {"p_value": 0.02}, "agrees: both below"),
        ({"p_value": "0.043"}, {"p_value": 0.2}, "does not agree: ours is not below"),
        ({"p_value": "0.31"}, {"p_value": 0.2}, "agrees: both not below"),
        ({"p_value": "0.31"}, {"p_value": 0.01}, "does not agree: ours is below"),
    ],
)
def test_agreement_is_said_in_words(fact, row, words):
    assert agreement(pair(fact, row)).startswith(words)


def test_every_published_fact_finds_its_adjusted_estimate(results):
    pairs = beside(results)
    assert len(pairs) == len(results.study.published.facts)
    assert all(found.row is not None for found in pairs)
    assert {found.row.model for found in pairs} == {"", "adjusted"}


def test_a_fact_without_an_estimate_is_not_passed_over(without):
    table = published(suppress(without("survival", "dose_band")))
    lines = {row.cells[0]: row.cells for row in table.rows}
    assert lines["TAC ≥4 mg/day vs never"][1:] == (
        "5.65 (2.35–13.55)",
        "–",
        "no estimate of ours",
    )


def test_a_study_without_a_publication_has_no_comparison(results):
    alone = results.study.model_copy(update={"published": None})
    assert beside(SimpleNamespace(study=alone, estimates=results.estimates)) == []
