"""Every published figure of every public case, at the tolerance that the case states."""

import importlib
import json
from functools import cache

import pytest

from reference_case import FOLDER

# What another program or the text of a source says of a figure, beside the figure itself.
COMMENTS = {"id", "value", "tol", "what", "input", "published", "brglm2_value", "brglm2_se", "reps"}
P_VALUES = {"p"}
EXPECTED = {
    path.parent.name: {e["id"]: e for e in json.loads(path.read_text("utf-8"))["expected"]}
    for path in sorted(FOLDER.glob("*/expected.json"))
}


@cache
def figures_of(case):
    return importlib.import_module(f"acceptance.figures.{case.replace('-', '_')}").figures()


@pytest.mark.parametrize(
    ("case", "figure"), [(case, figure) for case in EXPECTED for figure in EXPECTED[case]]
)
def test_figure_is_met_with_all_that_accompanies_it(case, figure):
    expected, found = EXPECTED[case][figure], figures_of(case)[figure]
    assert found["value"] == pytest.approx(expected["value"], abs=expected["tol"], rel=1e-12)
    for name in expected.keys() - COMMENTS:
        share = 0.02 if name in P_VALUES else 0.005
        least = 1e-6 if name in P_VALUES else expected["tol"]
        assert found[name] == pytest.approx(expected[name], rel=share, abs=least), name


@pytest.mark.parametrize("case", EXPECTED)
def test_no_figure_is_worked_out_that_the_case_does_not_have(case):
    assert figures_of(case).keys() == EXPECTED[case].keys()


def test_methods_page_tells_these_figures():
    from acceptance.methods_page import page

    kept = (FOLDER.parents[1] / "docs" / "methods.md").read_text(encoding="utf-8")
    assert kept == page(), "docs/methods.md is stale: run `make docs`"
