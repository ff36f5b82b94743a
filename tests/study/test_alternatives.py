"""Other choices: every combination once, the study's own first."""

import pytest

from lncohort.study.alternatives import alternatives
from lncohort.study.model import Alternatives, Analysis


def curve(**others):
    return Analysis(
        name="curve", kind="specification_curve", of="use", alternatives=Alternatives(**others)
    )


def test_every_combination_is_there_once_and_the_study_s_own_first(nanjing):
    made = alternatives(nanjing, curve(grace_days=(14, 60), until=("exit",), without=("egfr",)))
    assert len(made) == 3 * 2 * 2
    assert len({tuple(a.choices.values()) for a in made}) == 12
    assert made[0].study == nanjing
    assert [a.is_own for a in made] == [True] + [False] * 11


def test_the_study_s_own_choice_is_not_counted_again(nanjing):
    assert len(alternatives(nanjing, curve(grace_days=(30, 60)))) == 2


def test_each_choice_changes_the_study_and_nothing_else_does(nanjing):
    made = alternatives(
        nanjing,
        curve(
            overlap=("stockpile",),
            landmark_day=(90,),
            not_assessed=("non_response",),
            without=("egfr",),
        ),
    )
    last = made[-1].study
    assert {drug.overlap for drug in last.drugs} == {"stockpile"}
    assert last.exposure.landmark_day == 90
    assert last.outcome.not_assessed == "non_response"
    assert [c.name for c in last.covariates if not c.adjust] == ["egfr", "albumin"]
    assert {drug.grace_days for drug in last.drugs} == {30}
    assert last.analyses == nanjing.analyses


def test_too_many_combinations_are_refused_with_their_number():
    with pytest.raises(ValueError, match="make 602 specifications"):
        curve(grace_days=range(300), until=("exit",))


def test_no_other_choice_is_refused():
    with pytest.raises(ValueError, match="at least one other choice"):
        curve()
