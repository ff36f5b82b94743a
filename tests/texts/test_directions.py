"""Dosing texts: what they say, exactly, or why they are not understood; never a guess."""

import re
import time
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.directions import Directions, Reason, read_directions
from texts.forms import full_width

F = Fraction


def told(amount=None, unit=None, takes=None, daily=None, **other):
    return Directions(
        amount=None if amount is None else F(str(amount)),
        unit=unit,
        takes_a_day=None if takes is None else F(takes),
        daily_amount=None if daily is None else F(str(daily)),
        **other,
    )


# text: amount a take, unit, takes a day, daily amount
AMOUNT_AND_TAKES = {
    "0.5 mg bid": ("0.5", "mg", 2, 1),
    "0.5MG BID": ("0.5", "mg", 2, 1),
    "0.5 mg 2 (two) times daily.": ("0.5", "mg", 2, 1),
    "Take 1 (one) tablet 2 (two) times daily": (1, "tablet", 2, 2),
    "0,5 mg bid": ("0.5", "mg", 2, 1),
    ".5mg bid": ("0.5", "mg", 2, 1),
    "0.125 mg qd": ("0.125", "mg", 1, "0.125"),
    "1片 每日两次": (1, "tablet", 2, 2),
    "1 片 每日 2 次": (1, "tablet", 2, 2),
    "一片 每日二次": (1, "tablet", 2, 2),
    "1mg q12h": (1, "mg", 2, 2),
    "1mg q12h.": (1, "mg", 2, 2),
    "1 mg q 12 h": (1, "mg", 2, 2),
    "1mg 每12小时": (1, "mg", 2, 2),
    "1mg 每12小时1次": (1, "mg", 2, 2),
    "1mg 12小时一次": (1, "mg", 2, 2),
    "1mg/12h": (1, "mg", 2, 2),
    "5ml q6h": (5, "ml", 4, 20),
    "1mg q8h": (1, "mg", 3, 3),
    "每次0.5mg,每天2次": ("0.5", "mg", 2, 1),
    "每次0.5mg,每天2次。": ("0.5", "mg", 2, 1),
    "1日3次,1次2片": (2, "tablet", 3, 6),
    "一日两次 一次一粒": (1, "capsule", 2, 2),
    "一日两次一次一粒": (1, "capsule", 2, 2),
    "每日三次每次两片": (2, "tablet", 3, 6),
    "用法用量:一次2粒,一日3次,饭后服用": (2, "capsule", 3, 6),
    "1片/次,3次/日": (1, "tablet", 3, 3),
    "1片/次 3次/天": (1, "tablet", 3, 3),
    "1mg qd 每日一次": (1, "mg", 1, 1),
    "1mgbid": (1, "mg", 2, 2),
    "1mg,2/日": (1, "mg", 2, 2),
    "2片 每天早上": (2, "tablet", 1, 2),
    "1mg Q12H(8-20)": (1, "mg", 2, 2),
    "1mg/bid": (1, "mg", 2, 2),
    "每次2粒/每日2次": (2, "capsule", 2, 4),
    "20mg 1/晚": (20, "mg", 1, 20),
    "20mg 1/隔日": (20, "mg", "1/2", 10),
    "1mg 1/12小时": (1, "mg", 2, 2),
    "1片×3次/日": (1, "tablet", 3, 3),
    "1mg*2/日": (1, "mg", 2, 2),
    "40mg 隔日顿服": (40, "mg", "1/2", 20),
    "2.5mg 隔日一次 顿服": ("2.5", "mg", "1/2", "1.25"),
    "1mg q12h 餐前1h或餐后2h": (1, "mg", 2, 2),
    "1mg bid 空腹或餐后2-3小时服用": (1, "mg", 2, 2),
    "1mg早餐前1小时,1mg晚餐前1小时": (1, "mg", 2, 2),
    "1mg bid(自备药)": (1, "mg", 2, 2),
    "10mg 每周五": (10, "mg", "1/7", "10/7"),
    "2片bid": (2, "tablet", 2, 4),
    "1.5mgq12h": ("1.5", "mg", 2, 3),
    "1# bid": (1, "tablet", 2, 2),
    "2T qd": (2, "tablet", 1, 2),
    "每两天1片": (1, "tablet", "1/2", "1/2"),
    "每2周1片": (1, "tablet", "1/14", "1/14"),
    "3片/周": (None, "tablet", None, "3/7"),
    "每周一、三、五 1片": (1, "tablet", "3/7", "3/7"),
    "1片 每周一三五": (1, "tablet", "3/7", "3/7"),
    "每日4mg 早晚分服": (2, "mg", 2, 4),
    "日量6mg，早中晚分服": (2, "mg", 3, 6),
    "早8点1mg 晚8点1mg": (1, "mg", 2, 2),
    "早上8:00 1mg，晚上20:00 0.5mg": (None, "mg", 2, "1.5"),
    "1mg qod": (1, "mg", "1/2", "1/2"),
    "1片 隔日一次": (1, "tablet", "1/2", "1/2"),
    "隔日1片": (1, "tablet", "1/2", "1/2"),
    "1片 隔天": (1, "tablet", "1/2", "1/2"),
    "1片 每2日1次": (1, "tablet", "1/2", "1/2"),
    "1片 每3天1次": (1, "tablet", "1/3", "1/3"),
    "10mg 每周一次": (10, "mg", "1/7", "10/7"),
    "10mg qw": (10, "mg", "1/7", "10/7"),
    "10 mg once weekly": (10, "mg", "1/7", "10/7"),
    "10mg biw": (10, "mg", "2/7", "20/7"),
    "10mg tiw": (10, "mg", "3/7", "30/7"),
    "每周2次 每次10mg": (10, "mg", "2/7", "20/7"),
    "0.5g q4w": (500, "mg", "1/28", "500/28"),
    "0.5g 每4周一次": (500, "mg", "1/28", "500/28"),
    "500 mg once every 4 weeks": (500, "mg", "1/28", "500/28"),
    "1g bid": (1000, "mg", 2, 2000),
    "0.5 g bid": (500, "mg", 2, 1000),
    "0.25克 每日两次": (250, "mg", 2, 500),
    "250毫克 bid": (250, "mg", 2, 500),
    "500ug qd": ("0.5", "mg", 1, "0.5"),
    "500µg qd": ("0.5", "mg", 1, "0.5"),
    "500μg qd": ("0.5", "mg", 1, "0.5"),
    "500mcg qd": ("0.5", "mg", 1, "0.5"),
    "500微克 qd": ("0.5", "mg", 1, "0.5"),
    "2 tablets twice a day": (2, "tablet", 2, 4),
    "one tablet three times daily": (1, "tablet", 3, 3),
    "take 1 tab 3x/day": (1, "tablet", 3, 3),
    "1 cap 2 times per day": (1, "capsule", 2, 2),
    "1 tab every other day": (1, "tablet", "1/2", "1/2"),
    "1 tab every 2 days": (1, "tablet", "1/2", "1/2"),
    "1 tablet daily": (1, "tablet", 1, 1),
    "1 capsule every 12 hours": (1, "capsule", 2, 2),
    "1 tablet(s) twice daily": (1, "tablet", 2, 2),
    "1片 tid 饭后30分钟": (1, "tablet", 3, 3),
    "half a tablet daily": ("0.5", "tablet", 1, "0.5"),
    "1/2 tab qd": ("0.5", "tablet", 1, "0.5"),
    "1/4片 qd": ("0.25", "tablet", 1, "0.25"),
    "1 1/2 tab qd": ("1.5", "tablet", 1, "1.5"),
    "½片 qd": ("0.5", "tablet", 1, "0.5"),
    "1½ tab bid": ("1.5", "tablet", 2, 3),
    "1 ½ tab bid": ("1.5", "tablet", 2, 3),
    "半片 每日一次": ("0.5", "tablet", 1, "0.5"),
    "一片半 bid": ("1.5", "tablet", 2, 3),
    "1片半 bid": ("1.5", "tablet", 2, 3),
    "1,5片 bid": ("1.5", "tablet", 2, 3),
    "十二片 每周一次": (12, "tablet", "1/7", "12/7"),
    "二十片 qw": (20, "tablet", "1/7", "20/7"),
    "1丸 tid": (1, "pill", 3, 3),
    "1袋 tid": (1, "sachet", 3, 3),
    "2支 qd": (2, "ampoule", 1, 2),
    "2颗 bid": (2, "capsule", 2, 4),
    "早1片晚半片": (None, "tablet", 2, "1.5"),
    "早2mg 晚1mg": (None, "mg", 2, 3),
    "早2mg,晚1mg": (None, "mg", 2, 3),
    "早上2mg 晚上2mg": (2, "mg", 2, 4),
    "早餐前2粒,晚餐前1粒": (None, "capsule", 2, 3),
    "2 mg in the morning and 1 mg in the evening": (None, "mg", 2, 3),
    "2mg am + 1mg pm": (None, "mg", 2, 3),
    "2mg mane 1mg nocte": (None, "mg", 2, 3),
    "早1片中1片晚2片": (None, "tablet", 3, 4),
    "早晚各1片": (1, "tablet", 2, 2),
    "早中晚各一片": (1, "tablet", 3, 3),
    "1片 早晚各1次": (1, "tablet", 2, 2),
    "每早1片 每晚1片": (1, "tablet", 2, 2),
    "1片 bid 早晚": (1, "tablet", 2, 2),
    "1片 每日一次 晚上": (1, "tablet", 1, 1),
    "1mg qn": (1, "mg", 1, 1),
    "1片 睡前": (1, "tablet", 1, 1),
    "1片 qn 睡前": (1, "tablet", 1, 1),
    "30mg qd 顿服": (30, "mg", 1, 30),
    "30mg 晨起顿服": (30, "mg", 1, 30),
    "1-0-1": (1, None, 2, 2),
    "1-0-1 bid": (1, None, 2, 2),
    "1-0-1片": (1, "tablet", 2, 2),
    "2-0-1 mg": (None, "mg", 2, 3),
    "1-1-1-1": (1, None, 4, 4),
    "1/2-0-1 tab": (None, "tablet", 2, "1.5"),
    "0.5-0-0.5 mg": ("0.5", "mg", 2, 1),
    "10-0-5 mg": (None, "mg", 2, 15),
    "4mg/d": (None, "mg", None, 4),
    "4mg/日": (None, "mg", None, 4),
    "4 mg/day": (None, "mg", None, 4),
    "4 mg per day": (None, "mg", None, 4),
    "4mg/d qd": (4, "mg", 1, 4),
    "每日剂量4mg": (None, "mg", None, 4),
    "日剂量:4mg": (None, "mg", None, 4),
    "每日总量4mg": (None, "mg", None, 4),
    "daily dose 4 mg": (None, "mg", None, 4),
    "每日4mg": (None, "mg", None, 4),
    "每日一片": (None, "tablet", None, 1),
    "一日2片": (None, "tablet", None, 2),
    "每日4mg 分2次": (2, "mg", 2, 4),
    "4mg/d 分两次服": (2, "mg", 2, 4),
    "4 mg/day in two divided doses": (2, "mg", 2, 4),
    "每周10mg": (None, "mg", None, "10/7"),
    "4 mg qd": (4, "mg", 1, 4),
    "0.5 bid": ("0.5", None, 2, 1),
    "0.5mg": ("0.5", "mg", None, None),
    "0.5": ("0.5", None, None, None),
    "2粒": (2, "capsule", None, None),
    "每次1片": (1, "tablet", None, None),
}
FREQUENCIES = {
    "qd": 1, "q.d.": 1, "od": 1, "daily": 1, "once daily": 1, "once a day": 1, "每日一次": 1,
    "每天1次": 1, "日1次": 1, "1次/日": 1, "bid": 2, "b.i.d.": 2, "bd": 2, "BID": 2,
    "ｂｉｄ": 2, "twice daily": 2, "每日两次": 2, "每日二次": 2, "2次/天": 2, "q12h": 2, "tid": 3,
    "tds": 3, "tid pc": 3, "q8h": 3, "每日三次": 3, "qid": 4, "q6h": 4, "qod": "1/2", "eod": "1/2",
    "隔日": "1/2", "隔日一次": "1/2", "q2d": "1/2", "q72h": "1/3", "每周一次": "1/7",
    "每星期1次": "1/7", "once a week": "1/7", "weekly": "1/7", "qw": "1/7", "biw": "2/7",
    "twice weekly": "2/7", "每周两次": "2/7", "每2周1次": "1/14", "qow": "1/14", "q2w": "1/14",
    "隔周": "1/14", "qn": 1, "qhs": 1, "at bedtime": 1, "每晚": 1, "每晚一次": 1, "早晚": 2,
    "早晚各1次": 2, "q12h(8-20)": 2, "BID（8-16）": 2, "tid(8-12-16)": 3, "每日1次 (8:00)": 1,
    "每日两次(9:00,17:00)": 2, "qod(8)": "1/2", "qd(8点)": 1, "1/日": 1, "2/日": 2, "3/天": 3,
    "2/周": "2/7", "每天早上": 1, "每日晨起": 1, "每天早晚": 2, "每周五": "1/7", "每周一": "1/7",
    "每12小时": 2, "每 8 小时 一次": 3, "every 8 hours": 3,
}  # fmt: skip
NOT_UNDERSTOOD = {
    "": "empty", "  ": "empty", "-": "empty", "/": "empty", "饭后": "empty",
    "遵医嘱": "as_directed", "1片 遵医嘱": "as_directed", "见说明书": "as_directed",
    "as directed": "as_directed", "ut dict": "as_directed", "按说明书服用": "as_directed",
    "逐渐减量": "changing_dose", "30mg qd 逐渐减量": "changing_dose",
    "1mg bid then 2mg bid": "changing_dose", "taper": "changing_dose",
    "首剂2片,以后1片 bid": "changing_dose", "每周减量5mg": "changing_dose",
    "1-2片": "range", "1-2片 bid": "range", "1~2片 qd": "range", "1～2片 qd": "range",
    "1至2片": "range", "5-10 mg qd": "range", "1片或2片": "range", "1 to 2 tablets bid": "range",
    "每日2-3次": "range", "一两片 bid": "range", "两三次": "range", "1或2片 bid": "range",
    "1mg/kg/d": "by_body_size", "0.1 mg/kg bid": "by_body_size", "0.5g/m² 每月一次": "by_body_size",
    "1,000 mg bid": "ambiguous_number", "1/2mg qd": "ambiguous_number", "1.000 mg bid": "ambiguous_number",
    "1.2片 bid": "ambiguous_number", "1,2片 bid": "ambiguous_number",
    "4mg 早晚分服": "ambiguous_word", "3mg/周 qd": "contradiction", "每隔两天1片": "unknown_word",
    "每周三五次 1片": "range", "每周一二片": "range", "1片(2片) bid": "contradiction",
    "长期医嘱": "unknown_word", "d1-3-5": "unknown_word",
    "biweekly": "ambiguous_word", "qm": "ambiguous_word", "30mg 顿服": "ambiguous_word",
    "早晚1片": "ambiguous_word", "2天1片": "ambiguous_word", "1 日 2 次": "ambiguous_word",
    "2 日1次": "ambiguous_word", "4mg 分2次": "ambiguous_word", "1片 2天": "ambiguous_word",
    "1mg每日早晚各1次": "ambiguous_word",
    "1mg qd bid": "contradiction", "1mg qd 每日两次": "contradiction",
    "1片2片 bid": "contradiction", "1片 0.5mg bid": "contradiction", "4mg/d bid": "contradiction",
    "每日2片,每日2次": "contradiction", "早1片晚1mg": "contradiction", "qn 1片 bid": "contradiction",
    "1片 st qd": "contradiction", "1片 po iv": "contradiction", "晚1片 睡前1片": "contradiction",
    "1mg每日,早晚各1次": "contradiction", "1-0-1 tid": "contradiction",
    "0mg bid": "impossible", "0-0-0": "impossible", "q0h": "impossible", "每日半次": "impossible",
    "99次/日": "impossible",
    "0.5mg bid 停药": "unknown_word", "服5天停2天": "unknown_word", "not 1mg bid": "unknown_word",
    "每周日1次 2片": "unknown_word", "FK506 1mg bid": "unknown_word",
    "-1mg bid": "unknown_word", "<1mg qd": "unknown_word",
    "约1mg qd": "unknown_word", "1mg bid?": "unknown_word", "1%": "unknown_word",
    "po.5mg bid": "unknown_word", "隔日2次 1片": "unknown_word", "1①片 bid": "unknown_word",
    "1²mg bid": "unknown_word", "2次1片": "unknown_word", "100单位 qd": "unknown_word",
    "1234567mg qd": "unknown_word", "0.5/日": "unknown_word", "12/日": "unknown_word",
    "1 1/2日": "unknown_word", "8-20": "range", "bid(2-3)": "range", "1片(8-20)": "range",
    "40mg bid 顿服": "ambiguous_word", "1mg/2mg bid": "contradiction",
    "1mg/5ml bid": "contradiction", "5mg/2日": "ambiguous_word",
    "1mg/d/bid": "contradiction", "30mg/25mg 隔日交替": "unknown_word",
    "bid(8-12-16)": "contradiction", "bid(8-28)": "range", "tid 每周二": "contradiction",
    "每次1 2片": "unknown_word", "mg qd": "unknown_word", "bidx": "unknown_word",
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), AMOUNT_AND_TAKES.items())
def test_amount_and_takes(text, expected):
    assert read_directions(text) == told(*expected)


@pytest.mark.parametrize(("text", "takes"), FREQUENCIES.items())
def test_frequency_alone(text, takes):
    assert read_directions(text) == told(takes=takes)


@pytest.mark.parametrize(("text", "reason"), NOT_UNDERSTOOD.items())
def test_text_not_understood_says_why_and_nothing_else(text, reason):
    assert read_directions(text) == Directions(reason=reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.4g ivgtt qd d1-3", told(400, "mg", 1, 400, days=3, route="iv")),
        ("1mg(2粒) bid", told(1, "mg", 2, 2, mg_a_unit=F(1, 2))),
        ("2粒(1mg)bid", told(1, "mg", 2, 2, mg_a_unit=F(1, 2))),
        ("0.5mg*2粒 bid", told(1, "mg", 2, 2, mg_a_unit=F(1, 2))),
        ("2粒 bid po", told(2, "capsule", 2, 4, route="oral")),
        ("口服 一次1片 一日3次", told(1, "tablet", 3, 3, route="oral")),
        ("1mg(口服) bid", told(1, "mg", 2, 2, route="oral")),
        ("0.5g 静滴 每月一次", told(500, "mg", takes_a_month=F(1), route="iv")),
        ("0.8g ivgtt 每3月1次", told(800, "mg", takes_a_month=F(1, 3), route="iv")),
        ("10mg im qw", told(10, "mg", "1/7", "10/7", route="im")),
        ("1 tab by mouth daily", told(1, "tablet", 1, 1, route="oral")),
        ("st", told(single=True)),
        ("once", told(single=True)),
        ("1片 st", told(1, "tablet", single=True)),
        ("0.5g iv 立即", told(500, "mg", single=True, route="iv")),
        ("prn", told(as_needed=True)),
        ("必要时", told(as_needed=True)),
        ("1片 tid prn", told(1, "tablet", 3, as_needed=True)),
        ("每次1片 必要时", told(1, "tablet", as_needed=True)),
        ("1 tab as needed", told(1, "tablet", as_needed=True)),
        ("1片 bid 7天", told(1, "tablet", 2, 2, days=7)),
        ("1片 每日2次,2周", told(1, "tablet", 2, 2, days=14)),
        ("1片 tid x 7 days", told(1, "tablet", 3, 3, days=7)),
        ("1片 tid ×7天", told(1, "tablet", 3, 3, days=7)),
        ("1 tab bid for two weeks", told(1, "tablet", 2, 2, days=14)),
        ("1片 qd 连服10天", told(1, "tablet", 1, 1, days=10)),
        ("1片 qd 用药10天", told(1, "tablet", 1, 1, days=10)),
        ("口服/1mg/bid", told(1, "mg", 2, 2, route="oral")),
    ],
)
def test_route_days_single_and_as_needed(text, expected):
    assert read_directions(text) == expected


def test_decimal_mark_of_the_column_settles_a_doubtful_number():
    assert read_directions("1.000 mg bid", decimal_mark=".").daily_amount == 2
    assert read_directions("1.000 mg bid", decimal_mark=",").daily_amount == 2000
    assert read_directions("1,000 mg bid", decimal_mark=".").daily_amount == 2000
    assert read_directions("0,5 mg bid", decimal_mark=".").reason == "ambiguous_number"


def test_missing_text_is_empty():
    assert read_directions(None) == Directions(reason="empty")


KNOWN = list(AMOUNT_AND_TAKES) + list(NOT_UNDERSTOOD)
PIECES = [piece for text in KNOWN for piece in (text, *text.split())]


@given(st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
def test_any_text_is_read_without_an_error(text):
    found = read_directions(text)
    assert found.reason is None or found == Directions(reason=found.reason)
    assert found.reason in (None, *get_args(Reason))
    for number in (found.amount, found.takes_a_day, found.daily_amount, found.days):
        assert number is None or number > 0


@given(st.sampled_from(KNOWN) | st.lists(st.sampled_from(PIECES), max_size=4).map(" ".join))
def test_full_width_means_what_half_width_means(text):
    assert read_directions(full_width(text)) == read_directions(text)


UNITS = {
    "mg": "mg",
    "片": "tablet",
    "粒": "capsule",
    "tablets": "tablet",
    "ml": "ml",
    "袋": "sachet",
}
TAKES = {
    "qd": 1,
    "bid": 2,
    "tid": 3,
    "q6h": 4,
    "隔日一次": F(1, 2),
    "每日两次": 2,
    "每周3次": F(3, 7),
}
ORDERS = ("{amount}{unit} {takes}", "{takes} {amount} {unit}", "每次{amount}{unit},{takes}")


@given(
    st.integers(1, 400),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(sorted(TAKES)),
    st.sampled_from(ORDERS),
    st.sampled_from(["", " po", " 饭后", ",口服"]),
)
def test_generated_directions_come_back(quarters, unit, takes, order, more):
    amount = F(quarters, 4)
    text = order.format(amount=float(amount), unit=unit, takes=takes) + more
    found = read_directions(text, decimal_mark=".")
    assert (found.amount, found.unit, found.takes_a_day) == (amount, UNITS[unit], TAKES[takes])
    assert found.daily_amount == amount * TAKES[takes]


UNKNOWN_WORDS = [
    "停",
    "kg",
    "约",
    "不",
    "减",
    "改",
    "待",
    "?",
    "maximum",
    "zz",
    "左",
    "除",
    "%",
    "=",
    "单位",
]


@given(
    st.sampled_from(list(AMOUNT_AND_TAKES)),
    st.sampled_from(UNKNOWN_WORDS) | st.sampled_from(UNKNOWN_WORDS).map(lambda word: f" {word} "),
    st.integers(0, 40),
)
def test_one_unknown_word_anywhere_makes_the_whole_text_unknown(text, word, place):
    place = min(place, len(text))
    assert read_directions(text[:place] + word + text[place:]).reason is not None


@given(st.sampled_from(NUMBERS := ["1", "2", "10", "0.5", "1.5"]), st.sampled_from(NUMBERS))
def test_two_amounts_are_never_one_dose(first, second):
    for between in (" ", "-", "~", "或", "/", ",", ";", "*", "x", "+"):
        found = read_directions(f"{first}{between}{second}mg bid")
        if not re.fullmatch(r"\d+,\d+", f"{first}{between}{second}"):
            assert found.reason is not None, between


def test_five_thousand_texts_within_two_seconds():
    texts = [f"每次{n / 4}mg,每天2次 饭后口服" for n in range(1, 5001)]
    started = time.process_time()
    assert all(read_directions(text, ".").reason is None for text in texts)
    assert time.process_time() - started < 2


def test_long_text_is_read_at_once():
    started = time.process_time()
    for sign in ("1", "1 ", "一", "q1h", "a.", "1片", "1-", "每", "日1次", "早1片", " ", "(", "½"):
        read_directions(sign * 2000)
    assert time.process_time() - started < 5


def test_the_total_of_a_take_in_brackets_is_its_amount():
    read = read_directions("Take 2 capsules (1 mg total) by mouth 2 (two) times daily.")
    assert (read.amount, read.unit, read.daily_amount, read.mg_a_unit) == (1, "mg", 2, F("0.5"))


@pytest.mark.parametrize("text", ["1 mg 2 (three) times daily", "2 capsules (1 mg total dose) bid"])
def test_brackets_that_say_another_thing_are_not_understood(text):
    assert read_directions(text).reason is not None


@pytest.mark.parametrize(
    "text", ["1-2 tablets q6h as needed", "疼痛剧烈 1-2片 必要时", "1-2 tabs prn"]
)
def test_what_is_taken_as_needed_is_so_where_its_amount_is_not_understood(text):
    read = read_directions(text)
    assert (read.as_needed, read.daily_amount, read.reason is None) == (True, None, False)
