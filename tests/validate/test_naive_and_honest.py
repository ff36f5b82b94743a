"""The picture of the README is that of the kept runs, and says which analyses respect time."""

from pathlib import Path

import pandas as pd
import pytest

from lncohort.study import load_study
from lncohort.validate.docs import PICTURE, docs_picture
from lncohort.validate.naive_and_honest import in_words, told_apart

RUNS = Path(__file__).parents[2] / "docs" / "validation"
USE = ("ever_use", "adjusted", "tacrolimus", "ever", "never", "OR")
MARK = ("landmark", "weighted", "day 60", "started", "not started", "HR")


@pytest.fixture(scope="module")
def rows():
    keys = ["analysis", "model", "contrast", "level", "reference", "measure"]
    found = pd.DataFrame([USE, MARK], columns=keys)
    return found.assign(bias=[-0.6931, 0.0], coverage=[10.0, 95.0])


def test_an_analysis_by_use_at_the_end_of_follow_up_does_not_respect_time(rows):
    told = told_apart(load_study("target_trial"), rows)
    assert told["respects_time"].tolist() == [False, True]
    assert told["kind"].tolist() == ["use", "landmark"]


def test_words_tell_how_many_times_the_truth(rows):
    naive, honest = in_words(load_study("target_trial"), rows)
    assert "0.50 to 0.50 times the truth" in naive and "10.0 to 10.0 %" in naive
    assert "1.00 to 1.00 times the truth" in honest


def test_picture_is_that_of_the_kept_runs():
    kept = (RUNS / PICTURE).read_text(encoding="utf-8")
    assert kept == docs_picture(RUNS), "the picture is stale: run `make docs`"
    assert "Landmark, day 60" in kept and "font-family" in kept
