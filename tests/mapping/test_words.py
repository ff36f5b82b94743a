"""Numbers with their units in cells of quantities and days, and kinds of orders."""

import pytest

from lncohort.mapping.words import (
    read_certainty,
    read_daily_mg,
    read_days,
    read_given_back,
    read_operator,
    read_order_type,
    read_quantity,
    read_score,
    read_status,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2盒", (2, "盒")),
        ("-2 盒", (-2, "盒")),
        ("28", (28, "")),
        ("1.5", (1.5, "")),
        ("100mg", (100, "mg")),
        ("2盒半", (None, "")),
        ("1-2盒", (None, "")),
        ("盒", (None, "")),
        ("2疗程", (None, "")),
    ],
)
def test_quantity_of_a_text(text, expected):
    assert read_quantity(text, ".") == expected


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7天", 7),
        ("28", 28),
        ("4周", 28),
        ("2 weeks", 14),
        ("1月", None),
        ("7-10天", None),
        ("-1", -1),
    ],
)
def test_days_of_a_text(text, days):
    assert read_days(text, ".") == days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[("临时医嘱", "once"), ("临时", "once"), ("长期医嘱", "standing"), ("出院带药", "home")],
        *[("临时医嘱(出院带药)", "home"), ("长期/临时", None), ("草药", None)],
    ],
)
def test_kind_of_an_order(text, expected):
    assert read_order_type(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[
            (text, True)
            for text in ("执行中", "已停", "未作废", "有效", "已发药", "未退药", "completed")
        ],
        *[
            (text, False)
            for text in ("作废", "无效", "已退药", "未执行", "待执行", "已删除", "cancelled")
        ],
        *[(text, None) for text in ("1", "0", "Y", "否", "是", "true")],
    ],
)
def test_whether_an_order_was_carried_out(text, expected):
    assert read_status(text) is expected


def test_what_was_not_given_back_was_not():
    assert read_given_back("已退药")
    assert not read_given_back("未退药")


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        *((text, True) for text in ("确诊", "Confirmed diagnosis", "final", "gesichert")),
        *(
            (text, False)
            for text in ("疑似", "未确诊", "不确定", "已排除", "not confirmed", "uncertain")
        ),
        *((text, False) for text in ("Verdacht auf", "exclu", "R/O", "Preliminary diagnosis")),
        *((text, True) for text in ("", "出院诊断", "admission", "DP")),
        *((text, None) for text in ("1", "V")),
    ],
)
def test_certainty_of_a_diagnosis(text, sure):
    assert read_certainty(text) is sure


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        *(("<", "<"), ("≥", ">="), ("小于", "<"), ("=", None), ("", None), ("H", None)),
        *(("<0.05", "<"), ("< 1,25 g/l", "<"), (">=5", ">="), ("<.5", "<"), ("小于等于 3", "<=")),
        *(("低于", "<"), ("=<", "<="), ("less than 5", "<"), ("lt", "<"), ("above", ">")),
        *(("0.05", None), ("5 <", None), ("-1", None), ("<LOD", None), ("neg. <5", None)),
    ],
)
def test_operator_alone_or_before_a_number(text, operator):
    assert read_operator(text) == operator


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("12", 12),
        ("12分", 12),
        ("12.0", 12),
        ("SLEDAI评分12分", 12),
        ("SLEDAI-2K：14分", 14),
        ("SLEDAI 8", 8),
        ("SLEDAI-2000 8分", 8),
        ("15分（重度活动）", 15),
        ("15分，重度活动", 15),
        ("", None),
        ("-0", 0),
        ("-3", -3),  # no score, as the checks of the extract say
        ("10-12", None),
        ("12/105", None),
        ("12分(上次8分)", None),
        ("BILAG 12分", None),
        ("未评", None),
        ("SLEDAI-2000", None),
    ],
)
def test_points_of_a_score_are_read_with_its_name_and_what_they_amount_to(text, points):
    assert read_score(text, ".") == points


@pytest.mark.parametrize(
    ("text", "is_sure"),
    [
        *((text, True) for text in ("", "确诊", "已确诊", "有效", "confirmed")),
        *(
            (text, False)
            for text in ("疑诊", "疑似", "待排", "未确诊", "可能", "排除", "Provisional")
        ),
        *((text, None) for text in ("1", "0", "是", "否", "Y")),
    ],
)
def test_a_diagnosis_is_sure_where_nothing_beside_it_doubts_it(text, is_sure):
    assert read_certainty(text) is is_sure


@pytest.mark.parametrize(
    ("text", "mg"),
    [
        *(
            ("2", 2),
            ("2mg", 2),
            ("1.5 g", 1500),
            ("1.5g/d", 1500),
            ("3 mg/日", 3),
            ("0.5毫克", 0.5),
        ),
        *((text, None) for text in ("2片", "1mg bid", "2ml", "", "mg", "1-2mg")),
    ],
)
def test_a_daily_dose_is_in_mg_or_in_the_unit_behind_it(text, mg):
    assert read_daily_mg(text, ".") == mg
