"""Matching: the longest name first, look-alikes apart, codes as hospitals write them."""

import pytest

from lncohort.codes import read_code_lists
from lncohort.codes.match import matcher_of_codes, matcher_of_names

ROWS = read_code_lists().rows


def concept(match):
    return None if match is None else match.concept


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("他克莫司胶囊 0.5mg", "tacrolimus"),
        ("ＦＫ５０６", "tacrolimus"),
        ("Tacrolimus  Capsules", "tacrolimus"),
        ("他克莫司软膏", None),
        ("tacrolimus ointment 0.1%", None),
        ("醋酸泼尼松片", "prednisone"),
        ("醋酸泼尼松龙片", "prednisolone"),
        ("甲泼尼龙片", "methylprednisolone"),
        ("甲泼尼松龙", "methylprednisolone"),
        ("Methylprednisolone", "methylprednisolone"),
        ("环孢素软胶囊", "ciclosporin"),
        ("伏环孢素", "voclosporin"),
        ("环孢素滴眼液", None),
        ("依普利酮", None),
        ("贝那普利", "ace_inhibitor"),
        ("硫酸羟氯喹片", "hydroxychloroquine"),
        ("磷酸氯喹", None),
        ("chloroquine", None),
        ("teriflunomide", None),
        ("吗替麦考酚酯胶囊", "mycophenolate"),
        ("麦考酚钠肠溶片", "mycophenolate_sodium"),
        ("Myfortic 360 mg", "mycophenolate_sodium"),
    ],
)
def test_drug_of_a_name(name, expected):
    assert concept(matcher_of_names(ROWS, "drug")(name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("肌酐", "serum_creatinine"),
        ("尿肌酐", None),
        ("糖化血红蛋白", None),
        ("前白蛋白", None),
        ("FK506", "tacrolimus_trough"),
    ],
)
def test_test_of_a_name(name, expected):
    assert concept(matcher_of_names(ROWS, "lab")(name)) == expected


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        ("ICD-10", "M32.1", "systemic_lupus_erythematosus"),
        ("ICD-10", "M321", "systemic_lupus_erythematosus"),
        ("ICD-10", "m32.101+N08.5*", "lupus_nephritis"),
        ("ICD-10", "M32.101x001", "lupus_nephritis"),
        ("ICD-10-CM", "M3214", "lupus_nephritis"),
        ("ICD-10", "L93.0", None),
    ],
)
def test_diagnosis_of_a_code_with_and_without_its_marks(system, code, expected):
    assert concept(matcher_of_codes(ROWS, "diagnosis", system)(code)) == expected


def test_codes_of_procedures_and_diagnoses_are_kept_apart():
    procedures = ROWS[(ROWS["kind"] == "procedure") & (ROWS["system"] == "ICD-9-CM")]
    for code, expected in zip(procedures["code"], procedures["concept"], strict=True):
        assert concept(matcher_of_codes(ROWS, "procedure", "ICD-9-CM")(code)) == expected
        assert concept(matcher_of_codes(ROWS, "diagnosis", "ICD-9-CM")(code)) != expected


def test_topical_code_is_no_tacrolimus():
    find = matcher_of_codes(ROWS, "drug", "ATC")
    assert find("L04AD02") == ("tacrolimus", "ATC", "")
    assert find("D11AH01") is None


def test_code_of_a_kidney_chapter_needs_the_systemic_disease():
    find = matcher_of_codes(ROWS, "diagnosis", "ICD-10")
    assert find("N08.5*").needs == "systemic_lupus_erythematosus"
    assert find("M32.101").needs == ""
