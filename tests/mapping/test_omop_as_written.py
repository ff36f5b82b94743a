"""OMOP tables as the programs that fill them write them: what is said of nothing, and where it stands."""

from datetime import date

import pytest

from mapping.small_omop import prescriptions


@pytest.mark.parametrize("nothing", ["0", "0.0", "0,00", "0.000000"])
def test_a_quantity_or_a_supply_of_zero_tells_nothing(tmp_path, nothing):
    """Claims and simulated patients have 0 where no quantity is known: the dose is not 0."""
    row = {"days_supply": nothing, "quantity": nothing}
    (found,) = prescriptions(tmp_path, row)
    assert (found["end_date"], found["daily_dose_mg"]) == (date(2015, 3, 30), None)


def test_without_a_quantity_the_directions_tell_the_dose(tmp_path):
    (found,) = prescriptions(tmp_path, {"quantity": 0, "sig": "1 mg bid"})
    assert (found["days_supply"], found["daily_dose_mg"]) == (30, 2.0)
