"""Strengths: mg a unit and units a pack; daily doses in mg, exact, or unknown."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.directions import read_directions
from lncohort.texts.strength import Strength, amount_mg, daily_dose_mg, read_strength
from texts.forms import full_width

STRENGTHS = {
    "1mg*50粒": Strength(F(1), None, "capsule", 50),
    "1mg*50粒/盒": Strength(F(1), None, "capsule", 50),
    "0.5mg/粒": Strength(F(1, 2), None, "capsule"),
    "0.5mg / 粒": Strength(F(1, 2), None, "capsule"),
    "250mg×40片": Strength(F(250), None, "tablet", 40),
    "250mg x 40 tablets": Strength(F(250), None, "tablet", 40),
    "0.25g*40片": Strength(F(250), None, "tablet", 40),
    "0,25g*40片": Strength(F(250), None, "tablet", 40),
    "0.2g": Strength(F(200)),
    "500ug": Strength(F(1, 2)),
    "500 mg tablet": Strength(F(500), None, "tablet"),
    "0.1g*10": Strength(F(100), None, None, 10),
    "0.5mg*50's": Strength(F(1, 2), None, None, 50),
    "0.5mg*10片*5板": Strength(F(1, 2), None, "tablet", 50),
    "20mg*12片/板*2板/盒": Strength(F(20), None, "tablet", 24),
    "250mg/粒*40粒/盒": Strength(F(250), None, "capsule", 40),
    "0.5mg*50粒/盒(安斯泰来)": Strength(F(1, 2), None, "capsule", 50),
    "0.5mg*50粒[集采]": Strength(F(1, 2), None, "capsule", 50),
    "180mg(以麦考酚酸计)*120片": Strength(F(180), None, "tablet", 120),
    "0.5mg(50粒/盒)": Strength(F(1, 2), None, "capsule", 50),
    "50mg:1ml": Strength(F(50), F(50)),
    "5ml:0.1g*5支": Strength(F(100), F(20), "ampoule", 5),
    "250mg/5ml": Strength(None, F(50)),
    "1.5mg/ml": Strength(None, F(3, 2)),
    "1g/vial": Strength(F(1000), None, "ampoule"),
    "0.2g/瓶": Strength(F(200), None, "ampoule"),
    "": Strength(reason="empty"),
    "1.000g": Strength(reason="ambiguous_number"),
    "0mg": Strength(reason="impossible"),
    "1mg*0粒": Strength(reason="impossible"),
    "80mg/400mg": Strength(reason="unknown_word"),
    "0.1%*10g": Strength(reason="unknown_word"),
    "0.5mg(或1mg)": Strength(reason="unknown_word"),
    "0.5mg*50粒(2盒)": Strength(reason="unknown_word"),
    "100iu": Strength(reason="unknown_word"),
    "0.5mg/粒*50片": Strength(reason="unknown_word"),
    "5ml:0.1g/2ml": Strength(reason="unknown_word"),
    "1mg或0.5mg": Strength(reason="unknown_word"),
    "50粒": Strength(reason="unknown_word"),
}


@pytest.mark.parametrize(("text", "expected"), STRENGTHS.items())
def test_strength_of_a_text(text, expected):
    assert read_strength(text) == expected
    assert read_strength(full_width(text)) == expected


@given(st.text() | st.lists(st.sampled_from(list(STRENGTHS) + [*"*/:()"])).map("".join))
def test_any_text_is_read_without_an_error(text):
    found = read_strength(text)
    assert found.reason is None or found == Strength(reason=found.reason)


@pytest.mark.parametrize(
    ("directions", "strength", "daily"),
    [
        ("0.5 mg bid", None, 1),
        ("0.1mg tid", None, F(3, 10)),
        ("2粒 bid", "0.5mg*50粒", 2),
        ("1片 bid", "0.5mg*50粒", 1),
        ("早1片晚半片", "1mg/片", F(3, 2)),
        ("10mg qw", None, F(10, 7)),
        ("5ml bid", "250mg/5ml", 500),
        ("1支 qd", "50mg:1ml", 50),
        ("1袋 tid", "0.5g", 1500),
        ("2粒 bid", None, None),
        ("1袋 bid", "0.5mg*50粒", None),
        ("1片 bid", "50mg:1ml", None),
        ("5ml bid", "250mg", None),
        ("1支 qd", "250mg/5ml", None),
        ("1片 bid", "80mg/400mg", None),
        ("0.5 bid", "0.5mg", None),
        ("1-2片 bid", "1mg", None),
        ("1mg prn", None, None),
        ("1片 必要时", "1mg", None),
        ("0.5g st", None, None),
        ("0.5g 每月一次", None, None),
        ("bid", "1mg", None),
        ("0.5mg", None, None),
    ],
)
def test_daily_dose_in_mg(directions, strength, daily):
    read = read_strength(strength) if strength else None
    assert daily_dose_mg(read_directions(directions), read) == daily


def test_amount_of_a_pulse_in_mg():
    assert amount_mg(read_directions("0.8g 静滴 每月一次")) == 800
    assert amount_mg(read_directions("4支 静滴 st"), read_strength("0.2g/支")) == 800


@given(st.integers(1, 100), st.integers(1, 12), st.integers(1, 2000))
def test_daily_dose_is_amount_times_takes_times_strength(quarters, hours, tenths):
    directions = read_directions(f"{quarters / 4}片 q{hours}h", decimal_mark=".")
    strength = read_strength(f"{tenths / 10}mg*10片", decimal_mark=".")
    assert daily_dose_mg(directions, strength) == F(quarters, 4) * F(24, hours) * F(tenths, 10)


@pytest.mark.parametrize(
    "text", ["0.5mg:50粒", "0.5mg,50粒/盒", "0.5mg 50粒", "50粒*0.5mg", "50粒×0.5mg"]
)
def test_a_pack_is_read_however_its_parts_are_joined(text):
    assert read_strength(text) == read_strength("0.5mg*50粒")


@pytest.mark.parametrize("text", ["0.5mg:50", "0.5mg 2次", "50*0.5mg", "0.5mg,50粒,2盒"])
def test_a_number_without_its_unit_is_no_pack(text):
    assert read_strength(text).reason == "unknown_word"
