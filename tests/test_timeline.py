"""One patient for chart review: what is told is the patient's own, and nobody else's."""

import xml.etree.ElementTree as ElementTree

import pytest

from lncohort.errors import UserError
from lncohort.extract.extract import Extract
from lncohort.folders import write_new
from lncohort.timeline import NOTICE, draw, patient_timeline
from small_extract import a_patient, creatinine, day, proteinuria, pulse, supply


@pytest.fixture
def extract(extract_folder):
    rows = a_patient(
        "p1",
        prescription=[
            supply(0, 100, 2.0, patient_id="p1"),
            supply(100, 100, None, patient_id="p1"),
            pulse(10, patient_id="p1"),
            supply(20, 90, 1500.0, patient_id="p1", drug="mycophenolate"),
        ],
        lab=[proteinuria(200, 0.2, "p1"), creatinine(200, 80.0, "p1")],
    )
    other = a_patient("secret7", prescription=[supply(5, 30, 7.0, patient_id="secret7")])
    both = {table: [*content, *other.get(table, [])] for table, content in rows.items()}
    return Extract.open(extract_folder(both))


def test_a_timeline_holds_the_rows_of_one_patient(nanjing, extract):
    found = patient_timeline(nanjing, extract, "p1")
    segments = found.tables["dose_segment"]
    tacrolimus = segments[segments["drug"] == "tacrolimus"]
    assert tacrolimus["daily_dose_mg"].fillna(-1).tolist() == [2.0, -1]
    assert found.tables["combination_era"]["combination"].tolist() == ["TAC+CYC", "TAC+MMF"]
    assert {name: on.date() for name, on in found.marks.items()} == {
        "index date": day(0),
        "response": day(200),
    }
    doses, *_ = found.printed()
    assert ["tacrolimus", "2015-01-01", "2015-04-11", "2", "False"] in doses[2]


def test_the_landmark_of_the_study_is_marked(nanjing, extract):
    exposure = nanjing.exposure.model_copy(update={"landmark_day": 90})
    found = patient_timeline(nanjing.model_copy(update={"exposure": exposure}), extract, "p1")
    assert found.marks["landmark"].date() == day(90)
    (window,) = found.tables["exposure_window"].itertuples()
    assert (window.window_end.date(), window.window_end_reason) == (day(90), "landmark")
    assert b"landmark" in draw(found)


def test_the_picture_is_svg_says_what_it_is_and_repeats(nanjing, extract):
    found = patient_timeline(nanjing, extract, "p1")
    picture = draw(found)
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert NOTICE in picture.decode()
    assert picture == draw(found)


def test_a_patient_without_drugs_or_response_is_drawn_too(nanjing, extract_folder):
    rows = a_patient("p1", prescription=[supply(0, 30, patient_id="p2")])
    found = patient_timeline(nanjing, Extract.open(extract_folder(rows)), "p1")
    assert found.marks == {}
    assert b"Combinations: none" in draw(found)


def test_an_unknown_patient_is_refused_without_telling_any_id(nanjing, extract):
    with pytest.raises(UserError) as refused:
        patient_timeline(nanjing, extract, "secret")
    assert "secret" not in str(refused.value)


def test_a_picture_is_never_overwritten(tmp_path):
    write_new(tmp_path / "a.svg", b"1")
    with pytest.raises(UserError, match="exists"):
        write_new(tmp_path / "a.svg", b"2")
    with pytest.raises(UserError, match="cannot be written"):
        write_new(tmp_path / "none" / "a.svg", b"2")
