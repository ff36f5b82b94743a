"""The study file: every error at once, and the same study after a round trip."""

import re

import pytest

from lncohort.cohort import build
from lncohort.errors import UserError
from lncohort.extract.extract import Extract
from lncohort.study import dump_study, load_study, studies, study_source
from lncohort.study.consistency import COLUMNS_OF_EVERY_COHORT
from small_extract import a_patient, supply


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
    assert message_of(file) == [
        f"{file}: drug.tacrolimus.grace_days: missing; this key is needed",
        f'{file}: drug.tacrolimus.grace_day: unknown key; did you mean "grace_days"?',
        f"{file}: follow_up.max_days: Input should be greater than 0; found -3",
        f"{file}: exposure.until: Input should be 'outcome' or 'exit'; found 'whenever'",
    ]


def test_what_contradicts_itself_is_told_beside_what_is_mistyped(edited):
    file = edited(
        ("max_days = 730", "max_days = -3"),
        ('reference = "mycophenolate"', 'reference = "mycofenolate"'),
    )
    mistyped, contradicting = message_of(file)
    assert "follow_up.max_days" in mistyped
    assert "analysis.joint_vs_mmf.reference" in contradicting
    assert 'did you mean "mycophenolate"?' in contradicting


def test_tables_without_a_name_are_counted_from_one(edited):
    file = edited(("min_overlap_days = 28   # ours: as above", "min_overlap_days = 0"))
    (line,) = message_of(file)
    assert "combination.2.min_overlap_days" in line


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('reference = "mycophenolate"', 'reference = "mmf"'), '"mmf" is not defined'),
        (('covariate = "sex"', 'covariate = "gender"'), '"gender" is not defined'),
        (("cut = [40]", "cut = []"), "is a number; say where to cut it"),
        (("cut = [40]", "cut = [60, 40]"), "cut must increase"),
        (('covariate = "sex"', 'covariate = "sex"\ncut = [1]'), "sex has levels of its own"),
        (('covariate = "sex"', 'covariate = "class"'), '"class" is given 2 times'),
        (('test = "serum_creatinine"', 'test = "cystatin"'), '"cystatin" is not defined'),
        (('membranous = ["V"]', 'membranous = ["5"]'), '"5" is not defined'),
        (('membranous = ["V"]', 'membranous = ["V", "IV"]'), '"IV" stands in 2 groups'),
        (('name = "sex"', 'name = "age"'), '"age" is given 2 times'),
        (('name = "sex"', 'name = "event"'), '"event" is a column of every cohort'),
        (('name = "sex"', 'name = "tacrolimus_use"'), "is a column of every cohort"),
        (('name = "use"', 'name = "cohort"'), '"cohort" is estimated in every study'),
        (('label = "CYC"', 'label = "TAC"'), '"TAC" is given 2 times'),
        (('name = "tacrolimus users"', 'name = "patients"'), '"patients" is given 2 times'),
        (('analysis = "use"', 'analysis = "usage"'), 'did you mean "use"?'),
        (('levels = ["female", "male"]', 'levels = ["F", "M"]'), "expected female, male"),
        (('levels = ["no", "yes"]', 'levels = ["none", "any"]'), "expected no, yes"),
        (('["no", "yes"]', '["no", "not recorded"]'), "is added to every covariate"),
        (('["no", "yes"]', '["no", "no"]'), "levels must differ"),
        (("bands = [7, 13]", "bands = [7]"), "1 bands make 2 levels, 3 are named"),
        (("bands = [7, 13]", ""), "0 bands make 1 levels, 3 are named"),
        (("bands = [7, 13]", "bands = [13, 7]"), "must increase"),
        (("dose_bands = [2, 4]", "dose_bands = [4, 2]"), "must increase"),
        (("dose_bands = [2, 4]", "dose_bands = []"), "at least 1 item"),
        (("duration_bands = [90, 180]", "duration_bands = [0, 180]"), "greater than 0"),
        (("value = 1.15", "value = inf"), "finite number"),
        (("max_days = 730", "max_days = 24"), "before a response can be judged; found 84"),
        (("period_end = 2021-12-31", "period_end = 2009-12-31"), "is before 2010-01-01"),
        (('concept = "lupus_nephritis"', ""), '"diagnosis" needs the key concept'),
        (
            ("min_value = 18 ", "max_value = 70\nmin_value = 18 "),
            '"age" does not use the key max_v',
        ),
        (('kind = "use"', 'kind = "use"\nreference = "tacrolimus"'), "not use the key reference"),
        (('kind = "biopsy"', 'kind = "biopsy"\nfrom_day = -9'), "not use the key from_day"),
        (('rule = "within_reference"', 'rule = "within_reference"\nvalue = 1'), "the key value"),
        (('kind = "sex"', 'kind = "sex"\nunit_of_change = 2'), "unit_of_change is of a number"),
        (('kind = "sex"', 'kind = "sex"\nbands = [1]'), '"sex" does not use the key bands'),
        (("[follow_up]", "[[follow_up]]"), "expected a table, with keys of its own"),
        (
            ('drugs = ["tacrolimus", "mycophenolate"]', 'drugs = ["tacrolimus", "tacrolimus"]'),
            "drugs must differ",
        ),
        (
            ('kind = "dose_band"', 'kind = "dose_band"\nscores = [1, 3]'),
            "2 cuts make 3 bands of users, 2 scores are given",
        ),
        (('kind = "dose_band"', 'kind = "dose_band"\nscores = [1, 3, 2]'), "scores must increase"),
        (('kind = "use"', 'kind = "use"\nscores = [1]'), '"use" does not use the key scores'),
        (
            ('kind = "use"', 'kind = "negative_control"\nexposures = ["tacrolimus"]'),
            '"tacrolimus" is a drug of the study; a negative control is another',
        ),
    ],
)
def test_what_contradicts_itself_is_refused(edited, change, told):
    assert any(told in line for line in message_of(edited(change)))


def test_alternatives_are_checked_as_the_choices_that_they_replace(edited):
    told = "\n".join(
        message_of(
            edited(
                ('overlap = ["stockpile"]', 'overlap = ["stockpiled"]'),
                ("landmark_day = [365]", "landmark_day = [0]"),
                ('without = ["egfr", "class"]', 'without = ["egfr", "albumin"]'),
            )
        )
    )
    assert "overlap" in told and "landmark_day" in told
    assert '"albumin" is not defined' in told


def test_no_covariate_can_take_the_place_of_a_column_of_the_cohort(nanjing, extract_folder):
    folder = extract_folder(a_patient(prescription=[supply(0, 30)]))
    cohort = build(nanjing, Extract.open(folder))
    made = {*cohort.analysis_set.columns, *cohort.person_time.columns}
    made -= {covariate.name for covariate in nanjing.covariates}
    of_drugs = tuple(f"{drug.name}_" for drug in nanjing.drugs)
    assert {
        name for name in made if re.fullmatch("[a-z0-9_]+", name) and not name.startswith(of_drugs)
    } <= set(COLUMNS_OF_EVERY_COHORT)


def test_text_that_is_not_utf8_is_told_with_its_place(tmp_path):
    file = tmp_path / "study.toml"
    file.write_bytes('title = "狼疮"'.encode("gbk"))
    (line,) = message_of(file)
    assert "is not UTF-8 text (byte 9)" in line


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


def test_a_dose_covariate_says_of_which_drug_and_over_which_days(edited):
    table = """[[covariate]]
name = "{}"
label = "Steroid"
kind = "{}"
concept = "{}"
from_day = {}
"""
    wrong = table.format("steroid", "mean_daily_dose", "prednisone", -90)
    wrong += table.format("steroid_total", "cumulative_dose", "prednisone_equivalent", 0)
    told = "\n".join(message_of(edited(("[[subgroup]]", wrong + "[[subgroup]]"))))
    assert 'did you mean "prednisone_equivalent"?' in told
    assert "from_day must be below 0" in told


def test_a_stand_in_for_what_the_study_does_not_measure_is_refused(tmp_path):
    text = study_source("nanjing")[1].decode()
    text = text.replace("urine_protein_24h", "urine_protein_creatinine_ratio")
    file = tmp_path / "study.toml"
    file.write_text(text.replace("# upcr_for_24h", "upcr_for_24h"), encoding="utf-8")
    (told,) = message_of(file)
    assert "upcr_for_24h: no criterion and no covariate is of urine_protein_24h" in told
