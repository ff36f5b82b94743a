"""Complete response: dated, by the definition of the study file."""

import pytest

from small_extract import a_patient, creatinine, day, proteinuria, supply


def response_of(sql_tables, labs, study=None):
    rows = a_patient(prescription=[supply(0, 30)], lab=labs)
    tables = sql_tables(rows) if study is None else sql_tables(rows, study)
    (row,) = tables("response")
    return row["assessments"], row["response_date"]


def visit(on, protein, creat=80.0):
    return [proteinuria(on, protein), creatinine(on, creat)]


@pytest.mark.parametrize(
    ("labs", "expected"),
    [
        pytest.param(visit(84, 0.49), (1, day(84)), id="first day that counts is day 84"),
        pytest.param(visit(83, 0.3), (0, None), id="day 83 is too early to be judged"),
        pytest.param(visit(84, 0.50), (1, None), id="proteinuria must be below 0.5"),
        pytest.param(visit(90, 0.3, 92.0), (1, day(90)), id="creatinine 115 % of baseline"),
        pytest.param(visit(90, 0.3, 92.1), (1, None), id="creatinine above 115 % of baseline"),
        pytest.param([*visit(90, 0.3), *visit(150, 0.8)], (2, None), id="next visit contradicts"),
        pytest.param([*visit(90, 0.3), *visit(150, 0.4)], (2, day(90)), id="next visit confirms"),
        pytest.param(
            [*visit(90, 0.3), *visit(271, 0.8)],
            (2, day(90)),
            id="a visit after 180 days does not contradict",
        ),
        pytest.param(
            [*visit(90, 0.3), *visit(270, 0.8)], (2, None), id="a visit after 180 days exactly does"
        ),
        pytest.param(
            [*visit(90, 0.3), *visit(120, 0.8), *visit(200, 0.2)],
            (3, day(200)),
            id="a later response counts",
        ),
        pytest.param(
            [proteinuria(120, 0.3), creatinine(90, 80.0)],
            (1, day(120)),
            id="components within 30 days make one assessment",
        ),
        pytest.param(
            [proteinuria(121, 0.3), creatinine(90, 80.0)],
            (0, None),
            id="31 days apart is not assessed",
        ),
        pytest.param([proteinuria(120, 0.3)], (0, None), id="a missing component is not assessed"),
        pytest.param(visit(730, 0.3), (0, None), id="follow-up is open at its end"),
        pytest.param(visit(729, 0.3), (1, day(729)), id="the last day of follow-up counts"),
    ],
)
def test_complete_response(sql_tables, labs, expected):
    assert response_of(sql_tables, labs) == expected


def test_creatinine_within_the_laboratory_range_meets_the_component(sql_tables):
    rows = a_patient(prescription=[supply(0, 30)], lab=visit(90, 0.3, 81.0))
    rows["lab"][0]["value"] = 60.0
    (row,) = sql_tables(rows)("response")
    assert row["response_date"] == day(90)
    rows["lab"][-1]["value"] = 81.1
    (row,) = sql_tables(rows)("response")
    assert row["response_date"] is None
