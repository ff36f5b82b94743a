"""Small extracts, made row by row."""

from datetime import date, timedelta

import pyarrow as pa

from lncohort.extract.contract import CONTRACT

ARROW = {"text": pa.string(), "date": pa.date32(), "integer": pa.int32(), "number": pa.float64()}
INDEX = date(2015, 1, 1)


def day(number: int) -> date:
    """The date of a day counted from the index date of the small extracts."""
    return INDEX + timedelta(days=number)


def arrow_tables(rows: dict[str, list[dict]]) -> dict[str, pa.Table]:
    """The eight tables of an extract; columns that a row leaves out are missing values."""
    return {
        table.name: pa.Table.from_pylist(
            rows.get(table.name, []),
            schema=pa.schema([(c.name, ARROW[c.type]) for c in table.columns]),
        )
        for table in CONTRACT
    }


def a_patient(patient_id: str = "p1", **extra: list[dict]) -> dict[str, list[dict]]:
    """Rows of one patient who is eligible for the Nanjing study once a drug is prescribed."""
    rows = {
        "patient": [{"patient_id": patient_id, "sex": "female", "birth_date": date(1980, 1, 1)}],
        "observation_period": [
            {"patient_id": patient_id, "start_date": day(-400), "end_date": day(1500)}
        ],
        "diagnosis": [
            {"patient_id": patient_id, "concept": "lupus_nephritis", "diagnosis_date": day(-60)}
        ],
        "lab": [
            creatinine(-5, 80.0, patient_id),
            proteinuria(-5, 3.0, patient_id),
        ],
        "prescription": [],
    }
    for table, more in extra.items():
        rows[table] = [*rows.get(table, []), *more]
    return rows


def creatinine(on: int, value: float, patient_id: str = "p1") -> dict:
    """A serum creatinine in µmol/L; the laboratory's range is 41 to 81."""
    return {
        "patient_id": patient_id,
        "test": "serum_creatinine",
        "sample_date": day(on),
        "value": value,
        "unit": "umol/L",
        "reference_low": 41.0,
        "reference_high": 81.0,
    }


def proteinuria(on: int, value: float, patient_id: str = "p1") -> dict:
    """A urine protein in g/24 h."""
    return {
        "patient_id": patient_id,
        "test": "urine_protein_24h",
        "sample_date": day(on),
        "value": value,
        "unit": "g/24h",
    }


def supply(start: int, days: int, dose: float | None = 2.0, **more) -> dict:
    """An oral prescription; of tacrolimus to patient p1 unless said otherwise."""
    drug = more.get("drug", "tacrolimus")
    patient_id = more.get("patient_id", "p1")
    row = {
        "prescription_id": f"{patient_id}-{drug}-{start}-{days}-{dose}",
        "patient_id": patient_id,
        "drug": drug,
        "route": "oral",
        "start_date": day(start),
        "days_supply": days,
        "daily_dose_mg": dose,
    }
    return row | more


def pulse(on: int, dose: float = 750.0, **more) -> dict:
    """An intravenous pulse of cyclophosphamide."""
    return supply(
        on,
        1,
        None,
        drug="cyclophosphamide",
        route="iv",
        days_supply=None,
        pulse_dose_mg=dose,
        **more,
    )
