"""The figures of the analyses that respect time say what the estimates say."""

from lncohort.report.figures import draw
from lncohort.report.suppress import suppress
from lncohort.report.timed import answers


def test_every_analysis_answers_the_same_question_in_one_plot(results):
    found = answers(suppress(results))
    assert [a.label for a in found if not a.respects_time] == [
        "As published, Sun 2024",
        "As run: ever against never",
        "Ever against never",
        "Made-up use of never-users",
    ]
    kinds = {a.kind for a in results.study.analyses}
    assert {"landmark", "time_varying", "clone_censor_weight", "active_comparator"} <= kinds
    assert len([a for a in found if a.respects_time]) == 10
    told = draw(results, "by_analysis").description
    for answer in found:
        assert f"{answer.label} ({answer.measure}) {answer.numbers}" in told


def test_numbers_at_risk_on_a_small_landmark_are_not_told(changed):
    small = changed({"n": 3, "events": 2}, analysis="landmark", contrast="day 365", level="started")
    assert "day 365" not in draw(small, "landmarks").description
    assert "day 270" in draw(small, "landmarks").description


def test_curves_of_strategies_are_told_at_their_end(results):
    told = draw(results, "strategies").description
    assert "TAC never 28.8% by day 720" in told
    assert "TAC started 57.6% by day 720" in told


def test_weights_are_told_by_quantiles_and_no_single_patient(results):
    told = draw(results, "weights").description
    assert "median 1.00, 99% quantile 3.10" in told


def test_without_analyses_that_respect_time_there_are_no_such_figures(without):
    bare = without(
        "landmark",
        "time_varying",
        "clone_censor_weight",
        "sequential_trials",
        "marginal_structural",
        "active_comparator",
        "cumulative_incidence",
    )
    from lncohort.report.figures import drawings

    made = drawings(suppress(bare))
    assert not {"by_analysis", "landmarks", "strategies", "weights"} & set(made)
