"""Units in the spellings of hospitals, and those that are not the same."""

import pytest

from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.extract.units import plain_unit
from lncohort.texts.units import read_unit

SPELLINGS = {
    "g/24h": (
        "g/24小时",
        "克/24小时",
        "g/天",
        "g/日",
        "g/24hr",
        "g/24 hours",
        "g/d",
        "g/24h尿",
        "g/(24.h)",
        "g/{24.h}",
        "g/j",
    ),
    "mg/24h": ("毫克/24小时", "mg/24 h", "mg/day"),
    "umol/l": ("μmol/L", "µmol/L", "umol/L.", "微摩尔/升", "μmol／L", "Mikromol/l"),
    "10^9/l": (
        "×10^9/L",
        "*10^9/L",
        "X10^9/L",
        "10E9/L",
        "10~9/L",
        "10⁹/L",
        "109/L",
        "10^9个/L",
        "Giga/L",
    ),
    "10^3/ul": ("10*3/μL", "×10^3/uL", "10^3/mm³", "x10^3/mm3"),
    "/hpf": ("/HP", "个/HP", "个/HPF", "/高倍", "个/高倍视野", "/[HPF]"),
    "g/g": ("g/g Cr", "g/gCr", "g/g.Cr", "g/g肌酐", "g/g{creat}"),
    "mg/mmol": ("mg/mmol·Cr", "mg/mmolCr", "mg/mmol 尿肌酐", "mg/mmol{creat}"),
    "ml/min/1.73m2": (
        *("mL/(min·1.73m²)", "mL/(min·1.73m2)", "ml/min*1.73m2", "ml/min/1.73㎡"),
        *("mL·min-1·(1.73m2)-1", "ml/min/1.73m^2", "mL/min/1.73平方米", "mL/min/{1.73_m2}"),
    ),
}


@pytest.mark.parametrize(
    ("text", "unit"), [(text, unit) for unit, texts in SPELLINGS.items() for text in texts]
)
def test_a_unit_has_one_spelling(text, unit):
    assert read_unit(text) == unit


@pytest.mark.parametrize(
    "text", ["g/hr", "ml/h", "个/uL", "ml/min", "g", "g/L", "mg/g", "mmol/24h", "10^12/L", "RU/mL"]
)
def test_another_unit_stays_another(text):
    read = read_unit(text)
    assert all(read != unit for unit in SPELLINGS)


@pytest.mark.parametrize("text", ["", "  ", ".", "{ratio}"])
def test_nothing_is_no_unit(text):
    assert read_unit(text) is None


@pytest.mark.parametrize(
    ("test", "unit"), [(test, unit) for test, known in LAB_TESTS.items() for unit in known.factors]
)
def test_every_unit_of_the_contract_keeps_its_factor(test, unit):
    factors = {plain_unit(name): factor for name, factor in LAB_TESTS[test].factors.items()}
    assert factors[read_unit(unit)] == LAB_TESTS[test].factors[unit]
