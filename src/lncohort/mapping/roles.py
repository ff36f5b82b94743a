"""The parts that a column of a hospital's table can play, by what the table is of."""

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["text", "patient", "date", "code", "whole", "amount"]
Target = Literal[
    "patient",
    "patient_link",
    "death",
    "encounter",
    "observation_period",
    "prescription",
    "lab",
    "diagnosis",
    "procedure",
    "biopsy",
    "assessment",
    "strength",
    "ancestor",
    "concept",
]
TARGETS: tuple[str, ...] = get_args(Target)


@dataclass(frozen=True)
class Role:
    """What a column holds.

    Attributes
    ----------
    name : str
    meaning : str
    kind : str
        ``patient`` for an identifier of a patient, ``date`` for a day, ``whole`` for a whole number
        and ``code`` for a code, both of which a table may hold as 12.0 and 950637.0, ``amount`` for a
        number of which nothing may stand as 0, 0.0 or 0,00, and ``text`` for anything else.
    """

    name: str
    meaning: str
    kind: Kind = "text"


PATIENT = Role("patient_id", "identifier of the patient", "patient")

ROLES: dict[str, tuple[Role, ...]] = {
    "patient": (
        PATIENT,
        Role("sex", "sex, in any coding", "code"),
        Role("birth_date", "date of birth", "date"),
        Role("birth_year", "year of birth, where no date is given", "whole"),
        Role("birth_month", "month of birth, beside the year", "whole"),
        Role("birth_day", "day of birth, beside the year and month", "whole"),
        Role("age", "age on seen_date, where no birth is given: 34, 34岁, 6月"),
        Role("seen_date", "day on which the age was told", "date"),
        Role("death_date", "date of death", "date"),
    ),
    "patient_link": (
        PATIENT,
        Role("same_as", "the identifier that this one is replaced by", "patient"),
    ),
    "death": (
        PATIENT,
        Role("death_date", "date of death", "date"),
    ),
    "encounter": (
        PATIENT,
        Role("encounter_id", "number of the stay or visit"),
        Role("start_date", "day of admission, or of the visit", "date"),
        Role("end_date", "day of discharge", "date"),
    ),
    "observation_period": (
        PATIENT,
        Role("start_date", "first day observed", "date"),
        Role("end_date", "last day observed", "date"),
    ),
    "prescription": (
        PATIENT,
        Role("record_id", "number of the record: rows that differ in it are no copies"),
        Role("record_type", "what the record is of: an order, a dispensing, ...", "code"),
        Role("encounter_id", "number of the stay or visit"),
        Role("drug", "name of the drug, with or without its strength"),
        Role("code", "code of the drug, in the system that code_system names", "code"),
        Role("strength", "strength and pack, as 0.5mg*50"),
        Role("dose", "amount taken at a time, with or without its unit"),
        Role("dose_unit", "unit of the amount: mg, g, tablets, ..."),
        Role("frequency", "how often: bid, q12h, 每日两次"),
        Role("directions", "directions in full: 0.5 mg bid, 1片 每日两次"),
        Role("route", "route, in any coding", "code"),
        Role("start_date", "first day, day of dispensing, or day of the infusion", "date"),
        Role("end_date", "last day taken, or day of the stop", "date"),
        Role("days_supply", "days that the supply lasts", "amount"),
        Role(
            "quantity",
            "amount dispensed, with or without its unit; below 0 for what was given back",
            "amount",
        ),
        Role("quantity_unit", "unit of the quantity: tablets, boxes, mg"),
        Role("daily_dose_mg", "mg per day, where the hospital reckons it"),
        Role("status", "whether the order was carried out"),
        Role(
            "order_type",
            "standing until it is stopped, for once, or for home: 长期, 临时, 出院带药",
        ),
    ),
    "lab": (
        PATIENT,
        Role("record_id", "number of the record: rows that differ in it are no copies"),
        Role("test", "name of the test"),
        Role("code", "code of the test, in the system that code_system names", "code"),
        Role("specimen", "what was examined: serum, urine, 24 h urine"),
        Role("sample_date", "day the sample was taken", "date"),
        Role("result", "result, a number or not"),
        Role("operator", "<, <=, > or >=, where it stands in a column of its own", "code"),
        Role("unit", "unit of the result", "code"),
        Role("reference_low", "lower limit of the laboratory"),
        Role("reference_high", "upper limit of the laboratory"),
        Role("reference_range", "both limits in one text: 41-81"),
    ),
    "diagnosis": (
        PATIENT,
        Role("diagnosis", "diagnosis in words; several may stand in one cell"),
        Role("code", "code of the diagnosis, in the system that code_system names", "code"),
        Role(
            "certainty", "how sure it is: 确诊, 疑诊, 待排; confirmed, suspected, ruled out", "code"
        ),
        Role(
            "encounter_id",
            "number of the stay or visit, whose first day counts where none is given",
        ),
        Role("diagnosis_date", "day of record", "date"),
    ),
    "procedure": (
        PATIENT,
        Role("procedure", "procedure in words"),
        Role("code", "code of the procedure, in the system that code_system names", "code"),
        Role("procedure_date", "day of the procedure", "date"),
    ),
    "biopsy": (
        PATIENT,
        Role("biopsy_date", "day of the biopsy", "date"),
        Role("isn_rps_class", "ISN/RPS class: IV, Ⅳ+Ⅴ型, class 3"),
    ),
    "assessment": (
        PATIENT,
        Role("instrument", "name of the score: SLEDAI-2K"),
        Role("assessment_date", "day of the assessment", "date"),
        Role("score", "points"),
    ),
    "strength": (
        Role("code", "code of the product", "code"),
        Role("amount", "amount of the drug in one unit"),
        Role("amount_unit", "unit of the amount: mg, g, ug", "code"),
        Role("amount_of_liquid", "amount of the drug in the volume, of a liquid"),
        Role("amount_of_liquid_unit", "unit of that amount", "code"),
        Role("volume", "the volume; 1 where none is given"),
        Role("volume_unit", "unit of the volume: ml", "code"),
        Role("units_a_pack", "units in a box, where the code is of a box", "whole"),
    ),
    "ancestor": (
        Role("ancestor", "code of the general concept", "code"),
        Role("descendant", "code of a concept below it", "code"),
    ),
    "concept": (
        Role("code", "code of a concept", "code"),
        Role("name", "its name: tacrolimus 1 MG Oral Capsule"),
        Role("vocabulary", "the vocabulary that it is from: LOINC, ICD10CM"),
        Role("vocabulary_code", "its code there: 61151-7"),
    ),
}

# One of each group must be told, by a column or a constant.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "patient": (("patient_id",), ("sex",), ("birth_date", "birth_year", "age")),
    "patient_link": (("patient_id",), ("same_as",)),
    "death": (("patient_id",), ("death_date",)),
    "encounter": (("patient_id",), ("start_date",)),
    "observation_period": (("patient_id",), ("start_date",), ("end_date",)),
    "prescription": (("patient_id",), ("drug", "code"), ("start_date",)),
    "lab": (("patient_id",), ("sample_date",)),
    "diagnosis": (("patient_id",), ("diagnosis", "code"), ("diagnosis_date", "encounter_id")),
    "procedure": (("patient_id",), ("procedure", "code"), ("procedure_date",)),
    "biopsy": (("patient_id",), ("biopsy_date",), ("isn_rps_class",)),
    "assessment": (("patient_id",), ("assessment_date",), ("score",), ("instrument",)),
    "strength": (("code",), ("amount",), ("amount_unit",)),
    "ancestor": (("ancestor",), ("descendant",)),
    "concept": (("code",), ("name",)),
}
# Tables in which codes and identifiers are looked up: no row of them is one of a patient's.
LOOKED_UP = ("patient_link", "strength", "ancestor", "concept")

# Parts whose texts are read together, as one: a strength may stand in the name of a drug. They go
# under the name of the first.
TOGETHER: dict[str, tuple[str, ...]] = {
    "prescription": (
        *("drug", "code", "strength", "dose", "dose_unit", "frequency", "directions"),
        *("quantity_unit", "route"),
    ),
    "lab": (
        *("test", "code", "specimen", "operator", "unit"),
        *("reference_low", "reference_high", "reference_range"),
    ),
    "diagnosis": ("diagnosis", "code", "certainty"),
    "procedure": ("procedure", "code"),
}
# Parts that nothing but the comparison of rows looks at, and those that SQL takes as they stand, as
# it does identifiers of patients, of which there may be millions.
ONLY_COMPARED = ("record_id",)
AS_THEY_STAND = ("record_type", "encounter_id", "birth_year", "birth_month", "birth_day")
# A part of which plain numbers are kept as such, and any other text is read.
MEASURED = {"lab": "result"}


def role_names(target: str) -> list[str]:
    """The names of the roles of a target."""
    return [role.name for role in ROLES[target]]


def as_they_stand(target: str) -> list[str]:
    """The roles of a target whose texts SQL takes as they stand."""
    return [
        role.name
        for role in ROLES[target]
        if role.name in AS_THEY_STAND or role.kind == "patient" or target in LOOKED_UP
    ]


def readings(target: str) -> dict[str, tuple[str, ...]]:
    """What is read of a target, each distinct text once: the name of each reading, and its roles."""
    together = TOGETHER.get(target, ())
    alone = [
        name
        for name in role_names(target)
        if name not in (*together, *ONLY_COMPARED, *as_they_stand(target))
    ]
    return ({together[0]: together} if together else {}) | {name: (name,) for name in alone}
