"""Classes in the words of pathologists, and numerals that are none."""

import pytest

from lncohort.mapping.biopsy_class import read_class

CLASSES = {
    "IV": "IV", "Ⅳ型": "IV", "4": "IV", "4级": "IV", "class 3": "III", "Class IV-G (A)": "IV",
    "LN 4型": "IV", "3+5": "III+V", "Ⅲ、Ⅴ型": "III+V", "II+V": "V", "LN-IV-S": "IV",
    "狼疮性肾炎 IV-G(A/C)+V型, AI 8/24, CI 2/12": "IV+V",
    "狼疮性肾炎 IV-G(A/C)+V型,\nAI 8/24, CI 2/12": "IV+V",
    "符合LN Ⅳ+Ⅴ型": "IV+V", "III型(A/C)": "III", "LN V型,伴TMA": "V",
    "LN IV型,伴新月体形成(3/20)": "IV", "IV型, 活动性指数8, 慢性指数2": "IV",
    "狼疮性肾炎Ⅳ型,未见新月体": "IV",
    "光镜:肾小球20个,2个球性硬化\n免疫荧光: IgG(3+)\n诊断:狼疮性肾炎(Ⅲ型)": "III",
    "LN IV-G(A/C)+V,间质炎症Ⅱ级": "IV+V", "狼疮性肾炎Ⅲ型;小动脉硬化 I 级": "III",
    "膜性肾病II期,狼疮性肾炎V型": "V", "考虑狼疮性肾炎Ⅱ型": "II",
}  # fmt: skip
NONE = (
    *("2盒", "-2盒", "新月体2个", "肾小球4个,标本不足", "轻微病变", "不能分型", "", "2型糖尿病"),
    *("膜性肾病II期", "IgA肾病(Lee III级)", "糖尿病肾病III级", "IV型胶原(-)", "CKD 3期"),
    *("狼疮性肾炎Ⅲ型，V型待排", "狼疮性肾炎V型?", "狼疮性肾炎IV型(既往III型)", "III型→IV型"),
    *("可能为狼疮性肾炎IV型", "未见V型", "III/IV型"),
)


@pytest.mark.parametrize(("text", "expected"), CLASSES.items())
def test_class_of_a_report(text, expected):
    assert read_class(text) == expected


@pytest.mark.parametrize("text", NONE)
def test_a_number_a_doubt_or_another_disease_is_no_class(text):
    assert read_class(text) is None
