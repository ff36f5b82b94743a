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


@pytest.mark.parametrize(
    ("operator", "bound", "expected"),
    [
        pytest.param("<", 0.15, (1, day(90)), id="<0.15 is below 0.5"),
        pytest.param("<", 0.5, (1, day(90)), id="<0.5 is below 0.5"),
        pytest.param("<=", 0.5, (0, None), id="<=0.5 may be 0.5: not assessed"),
        pytest.param("<", 1.0, (0, None), id="<1.0 cannot tell: not assessed"),
        pytest.param(">", 0.4, (0, None), id=">0.4 cannot tell: not assessed"),
        pytest.param(">=", 0.5, (1, None), id=">=0.5 is not below 0.5"),
        pytest.param(">", 5.0, (1, None), id=">5.0 is not below 0.5"),
    ],
)
def test_a_censored_proteinuria_is_judged_where_its_bound_can_tell(
    sql_tables, operator, bound, expected
):
    labs = [proteinuria(90, bound) | {"operator": operator}, creatinine(90, 80.0)]
    assert response_of(sql_tables, labs) == expected


@pytest.mark.parametrize(
    ("operator", "bound", "expected"),
    [
        pytest.param("<", 60.0, (1, day(90)), id="below 115 % of baseline whatever it was"),
        pytest.param("<", 100.0, (0, None), id="may be above both limits: not assessed"),
        pytest.param(">", 70.0, (0, None), id="may be within either: not assessed"),
        pytest.param(">", 92.0, (1, None), id="above both limits whatever it was"),
        pytest.param("<", 30.0, (1, day(90)), id="below the range, and below 115 % of baseline"),
    ],
)
def test_a_censored_creatinine_is_judged_where_its_bound_can_tell(
    sql_tables, operator, bound, expected
):
    labs = [proteinuria(90, 0.3), creatinine(90, bound) | {"operator": operator}]
    assert response_of(sql_tables, labs) == expected


def test_a_censored_baseline_is_its_bound(sql_tables):
    rows = a_patient(prescription=[supply(0, 30)], lab=visit(90, 0.3, 92.0))
    rows["lab"][0]["operator"] = "<"
    (row,) = sql_tables(rows)("response")
    assert row["response_date"] == day(90)


def test_the_ratio_to_creatinine_brings_the_response_where_the_study_allows_it(sql_tables, nanjing):
    ratio = {"test": "urine_protein_creatinine_ratio", "unit": "mg/mmol"}
    labs = [proteinuria(90, 50.0) | ratio, creatinine(90, 80.0)]
    assert response_of(sql_tables, labs) == (0, None)
    outcome = nanjing.outcome.model_copy(update={"upcr_for_24h": True})
    study = nanjing.model_copy(update={"outcome": outcome})
    assert response_of(sql_tables, labs, study) == (1, day(90))
