"""Every published figure of every public case, at the tolerance that the case states."""

from pathlib import Path

import pytest

from lncohort.reference.cases import expected_figures, faults, figures_of

EXPECTED = expected_figures()
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("case", "figure"), [(case, figure) for case in EXPECTED for figure in EXPECTED[case]]
)
def test_figure_is_met_with_all_that_accompanies_it(case, figure):
    assert faults(figure, EXPECTED[case][figure], figures_of(case)[figure]) == []


@pytest.mark.parametrize("case", EXPECTED)
def test_no_figure_is_worked_out_that_the_case_does_not_have(case):
    assert figures_of(case).keys() == EXPECTED[case].keys()


PUBLISHED = {"id": "a", "value": 2.0, "tol": 0.01, "se": 0.5, "p": 0.04, "what": "text"}


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        ({"value": 2.009, "se": 0.502, "p": 0.0407}, []),
        ({"value": 2.011, "se": 0.5, "p": 0.04}, ["a: found 2.011, published 2.0"]),
        ({"value": 2.0, "se": 0.52, "p": 0.04}, ["a se: found 0.52, published 0.5"]),
        ({"value": 2.0, "se": 0.5, "p": 0.041}, ["a p: found 0.041, published 0.04"]),
        ({"value": 2.0, "se": 0.5}, ["a p: found None, published 0.04"]),
        ({"value": float("nan"), "se": 0.5, "p": 0.04}, ["a: found nan, published 2.0"]),
    ],
)
def test_a_figure_out_of_tolerance_is_told(found, wrong):
    assert faults("a", PUBLISHED, found) == wrong


def test_methods_page_tells_these_figures():
    from acceptance.methods_page import page

    kept = (DOCS / "methods.md").read_text(encoding="utf-8")
    assert kept == page(), "docs/methods.md is stale: run `make docs`"
