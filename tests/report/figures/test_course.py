"""Figures of the course of treatment: widths, groups, and no line that is a patient."""

import pytest

from lncohort.report.figures import course
from lncohort.report.figures.sankey import Flow, draw_flows
from lncohort.report.figures.swimmer import Bin, allotted


@pytest.mark.parametrize("lines", [7, 36])
def test_lines_are_allotted_in_proportion_and_all_of_them(lines):
    bins = [Bin((0, 0), (0, 90), False, n) for n in (100, 80, 58, 5)]
    given = allotted(bins, lines)
    assert sum(given) == lines
    for one, count in zip(bins, given, strict=True):
        assert abs(count - lines * one.patients / 243) < 1


def test_bands_are_as_wide_as_their_counts():
    flows = [Flow(0, 180, "a", "a", 30), Flow(0, 180, "a", "b", 10), Flow(0, 180, "b", "b", 20)]
    drawing = draw_flows(flows, ["a", "b"], {"a": "red", "b": "blue"}, "t", "d")
    bands = [p.get_path().get_extents() for p in drawing.axes[0].patches if len(p.get_path()) == 9]
    starts = [p.get_path().vertices for p in drawing.axes[0].patches if len(p.get_path()) == 9]
    heights = [float(v[-2][1] - v[0][1]) for v in starts]
    assert len(bands) == 3
    assert heights[0] / heights[1] == pytest.approx(3)
    assert heights[2] / heights[1] == pytest.approx(2)


def test_figures_say_what_they_show(results):
    told = {
        name: getattr(course, name)(results, True).description
        for name in ("dose", "persistence", "sequence", "swimmer")
    }
    assert "median 2.5 mg on day 0 (200 patients)" in told["dose"]
    assert "55.0% at day 90" in told["persistence"]
    assert "400 patients from MMF alone to no drug, day 0 to 180" in told["sequence"]
    assert "No line is a patient" in told["swimmer"]


def test_a_study_without_users_has_no_figure(results):
    from dataclasses import replace

    none = results.estimates[results.estimates["analysis"] != "course"]
    without = replace(results, estimates=none)
    for name in ("dose", "persistence", "sequence", "swimmer"):
        assert getattr(course, name)(without, True) is None
