"""Diagnoses in free text: what is denied, doubted, past or of relatives is never asserted."""

import time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.diagnoses import read_diagnoses
from lncohort.texts.diagnosis_words import Status
from texts.forms import full_width

CELLS = {
    "狼疮性肾炎": ["狼疮性肾炎 asserted"],
    "Lupus Nephritis": ["lupus nephritis asserted"],
    "排除狼疮性肾炎": ["狼疮性肾炎 negated"],
    "狼疮性肾炎已排除": ["狼疮性肾炎 negated"],
    "LN ruled out": ["ln negated"],
    "无高血压病史": ["高血压 negated"],
    "否认糖尿病": ["糖尿病 negated"],
    "没有糖尿病": ["糖尿病 negated"],
    "No evidence of lupus nephritis": ["lupus nephritis negated"],
    "denies diabetes": ["diabetes negated"],
    "SLE without nephritis": ["sle asserted", "nephritis negated"],
    "SLE不伴肾炎": ["sle asserted", "肾炎 negated"],
    "SLE 排除狼疮性肾炎": ["sle asserted", "狼疮性肾炎 negated"],
    "狼疮性肾炎?": ["狼疮性肾炎 uncertain"],
    "狼疮性肾炎？": ["狼疮性肾炎 uncertain"],
    "?LN": ["ln uncertain"],
    "LN待排": ["ln uncertain"],
    "LN 待排": ["ln uncertain"],
    "LN(待排)": ["ln uncertain"],
    "LN（待排）": ["ln uncertain"],
    "待排除LN": ["ln uncertain"],
    "疑似LN": ["ln uncertain"],
    "疑LN": ["ln uncertain"],
    "可能LN": ["ln uncertain"],
    "LN可能": ["ln uncertain"],
    "LN可能性大": ["ln uncertain"],
    "不能排除LN": ["ln uncertain"],
    "LN不除外": ["ln uncertain"],
    "考虑LN": ["ln uncertain"],
    "发热待查": ["发热 uncertain"],
    "r/o lupus nephritis": ["lupus nephritis uncertain"],
    "R/O LN": ["ln uncertain"],
    "rule out LN": ["ln uncertain"],
    "possible lupus nephritis": ["lupus nephritis uncertain"],
    "lupus nephritis, suspected": ["lupus nephritis uncertain"],
    "SLE,LN,待排": ["sle asserted", "ln uncertain"],
    "cannot exclude LN": ["ln uncertain"],
    "family history of SLE": ["sle family"],
    "mother with SLE": ["sle family"],
    "母亲SLE": ["sle family"],
    "母亲患SLE": ["sle family"],
    "SLE家族史": ["sle family"],
    "家族史:SLE、高血压": ["sle family", "高血压 family"],
    "family history of possible SLE": ["sle family"],
    "否认SLE家族史": ["sle negated"],
    "history of diabetes": ["diabetes history"],
    "h/o SLE": ["sle history"],
    "既往SLE病史": ["sle history"],
    "糖尿病史": ["糖尿病 history"],
    "糖尿病病史": ["糖尿病 history"],
    "高血压病史10年": ["高血压 10年 history"],
    "no history of diabetes": ["diabetes negated"],
    "1.SLE 2.狼疮性肾炎;高血压": ["sle asserted", "狼疮性肾炎 asserted", "高血压 asserted"],
    "1、SLE 2、LN": ["sle asserted", "ln asserted"],
    "(1)SLE(2)LN": ["sle asserted", "ln asserted"],
    "①SLE②LN?": ["sle asserted", "ln uncertain"],
    "系统性红斑狼疮2.狼疮性肾炎": ["系统性红斑狼疮 asserted", "狼疮性肾炎 asserted"],
    "1.2型糖尿病 2.高血压": ["2型糖尿病 asserted", "高血压 asserted"],
    "SLE\n高血压": ["sle asserted", "高血压 asserted"],
    "LN(IV+V)、高血压": ["ln(iv+v) asserted", "高血压 asserted"],
    "狼疮性肾炎Ⅳ+Ⅴ型": ["狼疮性肾炎ⅳ+ⅴ型 asserted"],
    "LN+II型糖尿病": ["ln asserted", "ii型糖尿病 asserted"],
    "SLE+IgA肾病": ["sle asserted", "iga肾病 asserted"],
    "SLE+LN": ["sle asserted", "ln asserted"],
    "SLE,LN待排": ["sle asserted", "ln uncertain"],
    "SLE、LN待排": ["sle asserted", "ln uncertain"],
    "LN待排 高血压": ["ln uncertain", "高血压 asserted"],
    "LN?高血压": ["ln 高血压 uncertain"],
    "排除LN;高血压": ["ln negated", "高血压 asserted"],
    "1.排除LN 2.高血压": ["ln negated", "高血压 asserted"],
    "排除LN,高血压": ["ln negated", "高血压 asserted"],
    "排除LN、高血压": ["ln negated", "高血压 uncertain"],
    "否认高血压、糖尿病": ["高血压 negated", "糖尿病 negated"],
    "否认高血压、糖尿病病史": ["高血压 negated", "糖尿病 negated"],
    "否认高血压,糖尿病": ["高血压 negated", "糖尿病 uncertain"],
    "否认高血压,糖尿病,痛风": ["高血压 negated", "糖尿病 uncertain", "痛风 uncertain"],
    "否认高血压;糖尿病": ["高血压 negated", "糖尿病 asserted"],
    "无高血压病史,SLE": ["高血压 negated", "sle asserted"],
    "no diabetes, hypertension": ["diabetes negated", "hypertension uncertain"],
    "无症状性蛋白尿": ["无症状性蛋白尿 asserted"],
    "无菌性脑膜炎": ["无菌性脑膜炎 asserted"],
    "非霍奇金淋巴瘤": ["非霍奇金淋巴瘤 asserted"],
    "肾功能不全": ["肾功能不全 asserted"],
    "狼疮性肾炎(IV型)": ["狼疮性肾炎(iv型) asserted"],
    "M32.101 狼疮性肾炎": ["狼疮性肾炎 asserted M32.101"],
    "M32.101狼疮性肾炎": ["狼疮性肾炎 asserted M32.101"],
    "狼疮性肾炎(M32.101)": ["狼疮性肾炎 asserted M32.101"],
    "[M32.101]LN": ["ln asserted M32.101"],
    "m32.101x001 LN": ["ln asserted M32.101X001"],
    "M32.1+N08.5* LN": ["ln asserted M32.1+N08.5*"],
    "M32.1": [" asserted M32.1"],
    "M32.101 LN待排;I10 高血压": ["ln uncertain M32.101", "高血压 asserted I10"],
    "排除M32.101 LN": ["m32.101 ln negated"],
    "B27相关脊柱炎": ["b27相关脊柱炎 asserted"],
    "": [],
    "无": [],
    "待查": [],
    ";;": [],
}


def told(text):
    return [
        f"{found.text} {found.status}" + (f" {found.code}" if found.code else "")
        for found in read_diagnoses(text)
    ]


@pytest.mark.parametrize(("text", "expected"), CELLS.items())
def test_diagnoses_of_a_cell(text, expected):
    assert told(text) == expected
    assert told(full_width(text)) == expected


def test_missing_cell_holds_no_diagnosis():
    assert read_diagnoses(None) == ()


@given(
    st.text() | st.lists(st.sampled_from([*CELLS, *";,、?()+ ", "待排", "无", "1."])).map("".join)
)
def test_any_text_is_read_without_an_error(text):
    for found in read_diagnoses(text):
        assert found.status in get_args(Status)
        assert found.text or found.code


NAMES = st.sampled_from(["狼疮性肾炎", "高血压", "SLE", "diabetes", "lupus nephritis"])
HELD_APART = {
    "排除{}": "negated",
    "否认{}": "negated",
    "no evidence of {}": "negated",
    "{}待排": "uncertain",
    "{}?": "uncertain",
    "疑似{}": "uncertain",
    "r/o {}": "uncertain",
    "母亲{}": "family",
    "{}病史": "history",
}


@given(NAMES, st.sampled_from(sorted(HELD_APART)), NAMES, st.sampled_from([";", "。", "\n", " 2."]))
def test_status_ends_at_the_separator(first, form, second, separator):
    found = read_diagnoses(form.format(first) + separator + second)
    assert [(one.text, one.status) for one in found] == [
        (first.lower(), HELD_APART[form]),
        (second.lower(), "asserted"),
    ]


@given(
    NAMES, st.sampled_from(sorted(HELD_APART)), NAMES, st.sampled_from(["", " ", "、", ",", "/"])
)
def test_diagnosis_held_apart_is_never_asserted(first, form, second, before):
    text = second + before + form.format(first)
    asserted = {one.text for one in read_diagnoses(text) if one.status == "asserted"}
    assert first == second or not any(first.lower() in name for name in asserted)


def test_five_thousand_cells_within_two_seconds():
    cells = [f"1.狼疮性肾炎{n} 2.高血压待排;否认糖尿病、痛风" for n in range(5000)]
    started = time.process_time()
    assert all(len(read_diagnoses(cell)) == 4 for cell in cells)
    assert time.process_time() - started < 2


def test_long_text_is_read_at_once():
    started = time.process_time()
    for sign in ("无", "?", "( ", "1.", "M32.1+", "、", "不能", "no ", "史"):
        read_diagnoses(sign * 2000)
    assert time.process_time() - started < 5
