"""What the model makes of a study file: labels of bands and regimens."""

import pytest
from pydantic import ValidationError

from lncohort.study.model import Exposure


def exposure(**bands):
    return Exposure(**({"drug": "x", "dose_bands": (2, 4), "duration_bands": (90, 180)} | bands))


def test_dose_bands_are_closed_on_the_left():
    assert exposure().dose_band_labels == ("<2", "[2,4)", "≥4")
    assert exposure(dose_bands=(0.5, 1.25, 3)).dose_band_labels == (
        "<0.5",
        "[0.5,1.25)",
        "[1.25,3)",
        "≥3",
    )


def test_duration_bands_are_closed_on_the_right():
    assert exposure().duration_band_labels == ("≤90", "(90,180]", ">180")


def test_one_cut_makes_two_bands():
    one = exposure(dose_bands=(3,), duration_bands=(365,))
    assert one.dose_band_labels == ("<3", "≥3")
    assert one.duration_band_labels == ("≤365", ">365")


def test_regimens_are_named_in_the_order_of_the_study(nanjing):
    assert nanjing.regimen_label(["mycophenolate", "tacrolimus"]) == "TAC+MMF"
    assert nanjing.regimen_label(["cyclophosphamide"]) == "CYC alone"
    assert list(nanjing.regimens().values()) == [
        "TAC alone",
        "CYC alone",
        "MMF alone",
        "TAC+CYC",
        "TAC+MMF",
        "CYC+MMF",
        "TAC+CYC+MMF",
    ]


def test_model_takes_the_name_of_the_attribute_and_the_key_of_the_file(nanjing):
    by_key = type(nanjing).model_validate(nanjing.model_dump(by_alias=True))
    by_name = type(nanjing).model_validate(nanjing.model_dump())
    assert by_key == by_name == nanjing


def test_unknown_key_is_refused_in_code_as_well():
    with pytest.raises(ValidationError, match="Extra inputs"):
        exposure(bands=(1, 2))
