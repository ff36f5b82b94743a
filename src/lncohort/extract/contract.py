"""The data contract: what an extract must hold, declared once.

An extract is a folder of Parquet files, one for each table. Columns must be there; a *nullable*
column may hold missing values, and an *optional* one may be absent, which is the same as empty.
``lncohort contract`` prints it; ``docs/extract.md`` is made from it, from ``reasons.py`` and from
``queries.py``.
"""

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "date", "integer", "number"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
    type : str
    meaning : str
        With its unit.
    example : str
        A value, as it would be written.
    why : str
        What it is needed for.
    without : str
        What becomes of a row that has no value here.
    nullable : bool
        Whether values may be missing.
    optional : bool
        Whether the column may be absent.
    values : tuple of str
        The values allowed, where they are few.
    """

    name: str
    type: ColumnType
    meaning: str
    example: str
    why: str
    without: str
    nullable: bool = False
    optional: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of an extract.

    Attributes
    ----------
    name : str
    row : str
        What a row is.
    key : tuple of str
    columns : tuple of Column
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


REJECTED = "the row is rejected"
PATIENT_ID = Column(
    "patient_id",
    "text",
    "pseudonym of the patient",
    "P000001",
    "joins the tables; one patient, one pseudonym, in all of them",
    f"{REJECTED} (of a patient who is not in the patient table, too)",
)

CONTRACT: tuple[Table, ...] = (
    Table(
        "patient",
        "one patient",
        ("patient_id",),
        (
            PATIENT_ID,
            Column(
                "sex",
                "text",
                "sex",
                "female",
                "eGFR, and a covariate",
                f"{REJECTED}, and the patient with it",
                values=("female", "male"),
            ),
            Column(
                "birth_date",
                "date",
                "date of birth",
                "1984-05-17",
                "age, eGFR, and the criterion that patients are adults",
                f"{REJECTED}, and the patient with it",
            ),
            Column(
                "death_date",
                "date",
                "date of death",
                "2019-11-02",
                "ends follow-up, and competes with the response",
                "the patient counts as alive",
                nullable=True,
            ),
        ),
    ),
    Table(
        "observation_period",
        "a time in which the hospital would have seen what happened",
        ("patient_id", "start_date"),
        (
            PATIENT_ID,
            Column(
                "start_date",
                "date",
                "first day observed",
                "2012-03-01",
                "what came before is not known, so that a first drug there is not a first",
                REJECTED,
            ),
            Column(
                "end_date",
                "date",
                "last day observed",
                "2021-12-31",
                "ends follow-up; nothing is concluded from silence after it",
                REJECTED,
            ),
        ),
    ),
    Table(
        "prescription",
        "one order of one drug and strength",
        ("prescription_id",),
        (
            Column(
                "prescription_id",
                "text",
                "number of the order",
                "RX0000017",
                "tells two orders of one day from one that was written twice",
                REJECTED,
            ),
            PATIENT_ID,
            Column(
                "drug",
                "text",
                "international nonproprietary name, lower case",
                "tacrolimus",
                "which drug; enteric-coated mycophenolate is mycophenolate_sodium, in its own mg",
                "the row is out of scope, as is a drug that the study does not name",
            ),
            Column(
                "route",
                "text",
                "route",
                "oral",
                "an intravenous pulse has no daily dose",
                REJECTED,
                values=("oral", "iv"),
            ),
            Column(
                "start_date",
                "date",
                "first day of supply, or day of the pulse",
                "2015-06-01",
                "the index date, and when the drug was taken",
                REJECTED,
            ),
            Column(
                "end_date",
                "date",
                "last day of supply; wins over days_supply",
                "2015-06-28",
                "how long the drug was taken",
                "days_supply is used",
                nullable=True,
            ),
            Column(
                "days_supply",
                "integer",
                "days of supply (oral)",
                "28",
                "how long the drug was taken",
                "end_date is used; an oral row with neither is rejected",
                nullable=True,
            ),
            Column(
                "daily_dose_mg",
                "number",
                "mg per day (oral)",
                "3.0",
                "the mean daily dose and its bands",
                "the days count as days of use of unknown dose, never as zero",
                nullable=True,
            ),
            Column(
                "pulse_dose_mg",
                "number",
                "mg in the pulse (iv)",
                "750",
                "the cumulative dose of pulses",
                "the pulse counts as use; cumulative doses over it are unknown",
                nullable=True,
            ),
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
                "serum_creatinine",
                "which test",
                "the row is out of scope, as is a test that the study does not name",
            ),
            Column(
                "sample_date",
                "date",
                "day the sample was taken",
                "2015-05-30",
                "what was known on the index date, and when the response came",
                REJECTED,
            ),
            Column(
                "value",
                "number",
                "result in its unit; of a censored one its bound",
                "76.0",
                "the response, eligibility and covariates",
                REJECTED,
            ),
            Column(
                "unit",
                "text",
                "one of the units of the test; case and µ do not matter",
                "umol/L",
                "values are converted by it, and by nothing else",
                REJECTED,
            ),
            Column(
                "reference_low",
                "number",
                "lower limit, same unit",
                "41.0",
                "a response that asks for a value within the laboratory's range",
                "the range begins at 0",
                nullable=True,
            ),
            Column(
                "reference_high",
                "number",
                "upper limit, same unit",
                "81.0",
                "a response that asks for a value within the laboratory's range",
                "no value counts as within the range",
                nullable=True,
            ),
            Column(
                "operator",
                "text",
                "how a censored result stands to its value",
                "<",
                "a result of <0.05 is at most its bound, and one of >5.0 at least",
                "the value is taken as measured",
                nullable=True,
                optional=True,
                values=("<", "<=", ">", ">="),
            ),
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
                "lupus_nephritis",
                "eligibility and comorbidity",
                "the row is out of scope, as is a diagnosis that the study does not name",
            ),
            Column(
                "diagnosis_date",
                "date",
                "day of record",
                "2015-04-12",
                "only what was known on the index date counts",
                REJECTED,
            ),
        ),
    ),
    Table(
        "procedure",
        "one procedure",
        ("patient_id", "concept", "procedure_date"),
        (
            PATIENT_ID,
            Column(
                "concept",
                "text",
                "kidney_biopsy, dialysis, kidney_transplant",
                "kidney_biopsy",
                "eligibility, and the end of follow-up at kidney failure",
                "the row is out of scope, as is a procedure that the study does not name",
            ),
            Column(
                "procedure_date",
                "date",
                "day of the procedure",
                "2015-04-20",
                "what was done before the index date, and what ended follow-up",
                REJECTED,
            ),
        ),
    ),
    Table(
        "biopsy",
        "one read kidney biopsy",
        ("patient_id", "biopsy_date"),
        (
            PATIENT_ID,
            Column(
                "biopsy_date",
                "date",
                "day of the biopsy",
                "2015-04-20",
                "the latest up to the index date counts",
                REJECTED,
            ),
            Column(
                "isn_rps_class",
                "text",
                "ISN/RPS class",
                "IV+V",
                "a covariate",
                REJECTED,
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
            Column(
                "instrument",
                "text",
                "sledai_2k",
                "sledai_2k",
                "which score",
                "the row is out of scope, as is an instrument that the study does not name",
            ),
            Column(
                "assessment_date",
                "date",
                "day of the assessment",
                "2015-05-30",
                "the latest in the covariate's window up to the index date counts",
                REJECTED,
            ),
            Column(
                "score",
                "number",
                "points (0 to 105)",
                "12",
                "a covariate, and the severity by which patients are compared",
                REJECTED,
            ),
        ),
    ),
)


def table(name: str) -> Table:
    """The contract of one table."""
    return next(t for t in CONTRACT if t.name == name)
