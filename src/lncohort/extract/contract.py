"""The data contract: what an extract must hold, declared once.

An extract is a folder of Parquet files, one for each table. Columns must be there;
a *nullable* column may hold missing values.
"""

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "date", "integer", "number"]


@dataclass(frozen=True)
class Column:
    """One column: its type, unit or allowed values, and whether it may be missing."""

    name: str
    type: ColumnType
    meaning: str
    nullable: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of an extract: what a row is, its key, its columns."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


PATIENT_ID = Column("patient_id", "text", "pseudonym of the patient")

CONTRACT: tuple[Table, ...] = (
    Table(
        "patient",
        "one patient",
        ("patient_id",),
        (
            PATIENT_ID,
            Column("sex", "text", "sex", values=("female", "male")),
            Column("birth_date", "date", "date of birth"),
            Column("death_date", "date", "date of death", nullable=True),
        ),
    ),
    Table(
        "observation_period",
        "a time in which the hospital would have seen what happened",
        ("patient_id", "start_date"),
        (
            PATIENT_ID,
            Column("start_date", "date", "first day observed"),
            Column("end_date", "date", "last day observed"),
        ),
    ),
    Table(
        "prescription",
        "one order of one drug and strength",
        ("prescription_id",),
        (
            Column("prescription_id", "text", "number of the order"),
            PATIENT_ID,
            Column("drug", "text", "international nonproprietary name, lower case"),
            Column("route", "text", "route", values=("oral", "iv")),
            Column("start_date", "date", "first day of supply, or day of the pulse"),
            Column("end_date", "date", "last day of supply; wins over days_supply", nullable=True),
            Column("days_supply", "integer", "days of supply (oral)", nullable=True),
            Column("daily_dose_mg", "number", "mg per day (oral)", nullable=True),
            Column("pulse_dose_mg", "number", "mg in the pulse (iv)", nullable=True),
        ),
    ),
    Table(
        "lab",
        "one laboratory result",
        ("patient_id", "test", "sample_date", "value"),
        (
            PATIENT_ID,
            Column(
                "test",
                "text",
                "serum_creatinine, urine_protein_24h, serum_albumin, complement_c3, ...",
            ),
            Column("sample_date", "date", "day the sample was taken"),
            Column("value", "number", "result in its unit"),
            Column(
                "unit",
                "text",
                "umol/L or mg/dL (creatinine), g/24h or mg/24h (urine protein), g/L or g/dL "
                "(albumin, haemoglobin), g/L, mg/dL or mg/L (C3, C4); case and µ do not matter",
            ),
            Column("reference_low", "number", "lower limit, same unit", nullable=True),
            Column("reference_high", "number", "upper limit, same unit", nullable=True),
        ),
    ),
    Table(
        "diagnosis",
        "one recorded diagnosis",
        ("patient_id", "concept", "diagnosis_date"),
        (
            PATIENT_ID,
            Column(
                "concept",
                "text",
                "lupus_nephritis, hypertension, diabetes, other_autoimmune, ...",
            ),
            Column("diagnosis_date", "date", "day of record"),
        ),
    ),
    Table(
        "procedure",
        "one procedure",
        ("patient_id", "concept", "procedure_date"),
        (
            PATIENT_ID,
            Column("concept", "text", "kidney_biopsy, dialysis, kidney_transplant"),
            Column("procedure_date", "date", "day of the procedure"),
        ),
    ),
    Table(
        "biopsy",
        "one read kidney biopsy",
        ("patient_id", "biopsy_date"),
        (
            PATIENT_ID,
            Column("biopsy_date", "date", "day of the biopsy"),
            Column(
                "isn_rps_class",
                "text",
                "ISN/RPS class",
                values=("I", "II", "III", "IV", "V", "VI", "III+V", "IV+V"),
            ),
        ),
    ),
    Table(
        "assessment",
        "one score of disease activity",
        ("patient_id", "instrument", "assessment_date"),
        (
            PATIENT_ID,
            Column("instrument", "text", "sledai_2k"),
            Column("assessment_date", "date", "day of the assessment"),
            Column("score", "number", "points"),
        ),
    ),
)


@dataclass(frozen=True)
class LabTest:
    """The unit of a laboratory test, and what else it may be reported in.

    Attributes
    ----------
    unit : str
        Of every value that the analyses see.
    max_value : float
        The largest value a laboratory can report, in that unit.
    usual : (float, float)
        Between which the median of many patients lies, whatever their illness.
    others : dict of str to float
        Other units, with the number by which their values are multiplied.
    """

    unit: str
    max_value: float
    usual: tuple[float, float]
    others: dict[str, float]

    @property
    def factors(self) -> dict[str, float]:
        """Every unit with its factor."""
        return {self.unit: 1.0} | self.others


GRAMS_A_LITRE = {"g/dL": 10.0}
GRAMS_OF_MILLIGRAMS = {"mg/dL": 0.01, "mg/L": 0.001}
LAB_TESTS = {
    "serum_creatinine": LabTest("umol/L", 3000, (30, 1000), {"mg/dL": 88.4}),
    "urine_protein_24h": LabTest(
        "g/24h",
        60,
        (0.03, 20),
        {"g/d": 1.0, "g/day": 1.0, "mg/24h": 0.001, "mg/d": 0.001, "mg/day": 0.001},
    ),
    "serum_albumin": LabTest("g/L", 80, (10, 60), GRAMS_A_LITRE),
    "complement_c3": LabTest("g/L", 10, (0.1, 3), GRAMS_OF_MILLIGRAMS),
    "complement_c4": LabTest("g/L", 5, (0.02, 1), GRAMS_OF_MILLIGRAMS),
    "haemoglobin": LabTest("g/L", 300, (50, 200), GRAMS_A_LITRE),
}


def table(name: str) -> Table:
    """The contract of one table."""
    return next(t for t in CONTRACT if t.name == name)
