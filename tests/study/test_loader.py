"""The study file: every error at once, and the same study after a round trip."""

import pytest

from lncohort.errors import UserError
from lncohort.study import dump_study, load_study, studies, study_source


@pytest.fixture
def edited(tmp_path):
    """A copy of the Nanjing study with some of its text replaced."""

    def edit(*changes):
        _, source = study_source("nanjing")
        text = source.decode()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "study.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return edit


def message_of(file):
    with pytest.raises(UserError) as caught:
        load_study(file)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", studies())
def test_shipped_study_survives_a_round_trip_exactly(name, tmp_path):
    study = load_study(name)
    file = tmp_path / "again.toml"
    file.write_text(dump_study(study), encoding="utf-8")
    assert load_study(file) == study


def test_three_errors_are_told_together_each_with_file_and_key(edited):
    file = edited(
        ("grace_days = 30", "grace_day = 30"),
        ("max_days = 730", "max_days = -3"),
        ('until = "outcome"', 'until = "whenever"'),
    )
    lines = message_of(file)
    assert all(line.startswith(f"{file}: ") for line in lines)
    told = "\n".join(lines)
    assert 'drug.0.grace_day: unknown key; did you mean "grace_days"?' in told
    assert "follow_up.max_days: Input should be greater than 0; found -3" in told
    assert "exposure.until: Input should be 'outcome' or 'exit'; found 'whenever'" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('reference = "mycophenolate"', 'reference = "mmf"'), '"mmf" is not defined'),
        (('covariate = "sex"', 'covariate = "gender"'), '"gender" is not defined'),
        (("cut = [40]", "cut = []"), "is a number; say where to cut it"),
        (('test = "serum_creatinine"', 'test = "cystatin"'), '"cystatin" is not defined'),
        (('membranous = ["V"]', 'membranous = ["5"]'), '"5" is not defined'),
        (('name = "sex"', 'name = "age"'), '"age" is given 2 times'),
        (('analysis = "use"', 'analysis = "usage"'), '"usage" is not defined'),
        (("bands = [7, 13]", "bands = [7]"), "1 bands make 2 levels, 3 are named"),
        (("bands = [7, 13]", "bands = [13, 7]"), "must increase"),
        (("dose_bands = [2, 4]", "dose_bands = [4, 2]"), "must increase"),
        (("period_end = 2021-12-31", "period_end = 2009-12-31"), "is before 2010-01-01"),
        (('concept = "lupus_nephritis"', ""), '"diagnosis" needs the key concept'),
    ],
)
def test_what_contradicts_itself_is_refused(edited, change, told):
    assert any(told in line for line in message_of(edited(change)))


def test_text_that_is_not_toml_is_told_with_its_line(edited):
    (line,) = message_of(edited(("[study]", "[study")))
    assert "is not TOML" in line
    assert "line 7" in line


def test_unknown_study_names_what_ships_and_the_nearest():
    (line,) = message_of("nanjin")
    assert 'did you mean "nanjing"?' in line


def test_study_cannot_be_changed_once_loaded(nanjing):
    with pytest.raises(ValueError, match="frozen"):
        nanjing.follow_up.max_days = 5


def test_choices_that_are_not_the_paper_s_are_marked_as_ours():
    _, source = study_source("nanjing")
    for line in source.decode().splitlines():
        if line.split(" = ")[0] in {"max_days", "grace_days", "not_assessed", "until", "overlap"}:
            assert "# ours: " in line, line
