"""The folder of a validation: whole, with a page that shows every interval, the same bytes again."""

import re

import pandas as pd
import pytest

from lncohort.errors import UserError
from lncohort.study import load_study
from lncohort.validate import write
from lncohort.validate.plan import Plan
from lncohort.validate.truths import judged


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("validation") / "out"
    study = judged(load_study("nanjing"), "null", ("use", "survival"))
    write.validate(Plan(study, "null", 3, 500, 40), folder, workers=1)
    return folder


def test_folder_is_whole_and_nothing_unfinished_is_left(out):
    assert {path.name for path in out.iterdir()} == {
        "validation.html",
        "summary.md",
        "operating_characteristics.csv",
        "estimates.parquet",
        "manifest.json",
    }
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_page_shows_each_interval_and_asks_nothing_of_the_network(out):
    page = (out / "validation.html").read_text(encoding="utf-8")
    assert "use: ever against never: OR" in page
    assert page.count('role="img"') == 2  # the zip plot, for a desk and for a phone
    assert not re.search(r'(?:src|href)="https?:', page)


def test_csv_is_what_the_estimates_say(out):
    table = pd.read_csv(out / "operating_characteristics.csv").set_index("measure")
    estimates = pd.read_parquet(out / "estimates.parquet")
    own = estimates[(estimates["measure"] == "OR") & (estimates["model"] == "adjusted")]
    assert table.loc["OR", "mean"] == pytest.approx(own["value"].mean(), rel=1e-5)
    assert table.loc["OR", "truth"] == 0


def test_what_stands_there_is_not_overwritten(out):
    study = judged(load_study("nanjing"), "null", ("use",))
    with pytest.raises(UserError, match="not empty"):
        write.validate(Plan(study, "null", 2, 100, 1), out, workers=1)
