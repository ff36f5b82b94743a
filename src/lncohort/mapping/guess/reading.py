"""How the columns of a table are read, once it is known what it is of; and what has to be asked."""

import re
from collections.abc import Iterable

from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.extract.units import looks_like
from lncohort.mapping.days import UNMISTAKABLE
from lncohort.mapping.guess.evidence import ICD, Column
from lncohort.mapping.guess.parts import SURE, Played
from lncohort.mapping.guess.table_guess import Question, TableGuess, WideTest
from lncohort.mapping.model import CODED, CodeSystem
from lncohort.mapping.roles import ROLES
from lncohort.mapping.words import (
    MG_WORDS,
    read_certainty,
    read_daily_mg,
    read_given_back,
    read_order_type,
    read_quantity,
    read_status,
)
from lncohort.sources import SourceSpec
from lncohort.texts.codings import guess_sexes
from lncohort.texts.date_formats import MONTH
from lncohort.texts.numbers import decimal_mark_of
from lncohort.texts.plain import plain
from lncohort.texts.results import read_result
from lncohort.texts.strength import STRENGTH

INPATIENT = ("住院", "病区", "病房", "长期医嘱", "临时医嘱", "长嘱", "临嘱", "inpatient", "ward")
OUTPATIENT = ("门诊", "outpatient")
TELL_HOW_TAKEN = {"dose", "directions", "frequency", "end_date", "daily_dose_mg"}
MIDDLE = 15  # of a month of birth, as of one in a column of its own
FEWEST_VALUES = 20  # of a column whose median is judged
LEAST_OF_CODES = 0.5
FORMS_OF_CODES: dict[str, dict[CodeSystem, re.Pattern]] = {
    "prescription": {"ATC": re.compile(r"[ABCDGHJLMNPRSV]\d{2}([A-Z]([A-Z](\d{2})?)?)?$")},
    "lab": {"LOINC": re.compile(r"\d{3,5}-\d$")},
    "diagnosis": {"ICD-10": ICD},
    "procedure": {"ICD-9-CM": re.compile(r"\d{2}\.\d{1,4}(X\d{3})?$")},
}


def read_columns(
    spec: SourceSpec,
    target: str,
    confidence: float,
    played: dict[str, Played],
    constants: dict[str, str],
    wide: tuple[WideTest, ...],
) -> TableGuess:
    """The guess of a table of a target, with how its columns are read and what has to be asked.

    Parameters
    ----------
    spec
        How the table is read.
    target
        What it is of.
    confidence
        How sure that is, from 0 to 1.
    played
        The columns that play its parts.
    constants
        Parts that are the same in every row.
    wide
        Columns of results, of a wide table.
    """
    formats, questions = date_formats(
        played[role.name].column
        for role in ROLES[target]
        if role.kind == "date" and role.name in played
    )
    if spec.format in ("text", "excel") and spec.header_row is None:
        text = "no row names the columns, which are numbered: does each play its part?"
        questions.append(Question("header_row", played["patient_id"].column.name, text))
    if "sex" in played:
        questions += _sex_question(played["sex"].column)
    questions += [
        Question("unit", test.column.name, _unit_question(test))
        for test in wide
        if test.unit is None
    ]
    if target == "prescription":
        questions += _questions_of_amounts(played)
        questions += _status_question(played)
    if "certainty" in played and played["certainty"].column.share(
        lambda text: read_certainty(text) is None
    ):
        name = played["certainty"].column.name
        text = (
            f"{name}: what do its codes mean? Give each under [table.values.certainty]: 确诊 for what is "
            "sure, 疑诊 for what is not; not used until then"
        )
        questions.append(Question("certainty", name, text))
    if target == "lab" and not wide and "unit" not in played:
        text = "no column of units: give the unit of each test under [units] above"
        questions.append(Question("units", played["result"].column.name, text))
    system = None
    if "code" in played and target in CODED:
        system = code_system_of(target, played["code"].column)
        if system is None:
            text = (
                f"{played['code'].column.name}: codes of the hospital's own, so not read; if they "
                "are of a system, name it as code_system and the column as code"
            )
            questions.append(Question("code_system", played["code"].column.name, text))
            played = {role: part for role, part in played.items() if role != "code"}
    texts = [
        text
        for role in ("result", "dose", "directions", "quantity")
        if role in played
        for text in played[role].column.distinct
    ]
    texts += [text for test in wide for text in test.column.distinct]
    return TableGuess(
        spec=spec,
        target=target,
        confidence=confidence,
        played=played,
        wide=wide,
        constants=constants,
        date_formats=formats,
        day_of_month=MIDDLE if "birth_date" in played and _are_months(played) else None,
        decimal=decimal_mark_of(texts),
        inpatient=target == "prescription" and _is_of_wards(spec.label, played),
        refunds=target == "prescription" and read_given_back(spec.label),
        code_system=system,
        questions=tuple(questions),
    )


def _are_months(played: dict[str, Played]) -> bool:
    return played["birth_date"].column.dates.formats[:1] == (MONTH,)


def _unit_question(test: WideTest) -> str:
    """What the unit of a column is, with the unit that its values look to be in."""
    text = f"unit of {test.column.name} ({test.test})?"
    numbers = [read_result(t, ".").number for t in test.column.distinct]
    values = sorted(float(number) for number in numbers if number is not None)
    if test.test not in LAB_TESTS or len(values) < FEWEST_VALUES:
        return text
    other = looks_like(test.test, None, values[len(values) // 2])
    return f"{text} Its values look like {other}." if other else text


def _questions_of_amounts(played: dict[str, Played]) -> list[Question]:
    """What has to be known before a quantity, or a dose in tablets, is an amount in mg."""
    questions = []
    if "quantity" in played and "quantity_unit" not in played and not _has_units(played):
        name = played["quantity"].column.name
        text = f"{name}: counted in what? Give quantity_unit under [table.constants]; unknown until then"
        questions.append(Question("quantity_unit", name, text, ("盒", "片", "mg")))
    if "daily_dose_mg" in played and not _is_in_mg(played["daily_dose_mg"].column):
        name = played["daily_dose_mg"].column.name
        text = f"{name}: in mg, of every drug? Else leave daily_dose_mg out: 1.5 g would be 1.5 mg"
        questions.append(Question("daily_dose_mg", name, text))
    if "quantity" in played and not (TELL_HOW_TAKEN | {"days_supply"}) & played.keys():
        name = played["quantity"].column.name
        text = (
            f"{name}: how long does it last? Where each row is what was used on one day, give "
            'days_supply = "1" under [table.constants]; unknown until then'
        )
        questions.append(Question("days_supply", name, text))
    names = played["drug"].column if "drug" in played else None
    in_names = names is not None and names.share(lambda t: bool(STRENGTH.search(plain(t)))) >= 0.5
    in_mg = {"daily_dose_mg"} & played.keys() or (
        "dose_unit" in played and played["dose_unit"].column.share(lambda t: t in MG_WORDS) == 1
    )
    if "strength" not in played and not in_names and not in_mg:
        column = names.name if names is not None else "drug"
        text = "no column of strengths: doses in tablets, and quantities in boxes, are unknown"
        questions.append(Question("strength", column, text))
    return questions


def _is_in_mg(column: Column) -> bool:
    """Whether a daily dose says of itself that it is in mg: in its header, or behind its numbers."""
    return (
        "mg" in column.name.lower()
        or column.share(
            lambda t: read_daily_mg(t, ".") is not None and not t.strip()[-1:].isdecimal()
        )
        == 1
    )


def _has_units(played: dict[str, Played]) -> bool:
    """Whether the unit of a quantity stands behind its number: 2盒."""
    return played["quantity"].column.share(lambda t: bool(read_quantity(t, ".")[1])) >= SURE


def code_system_of(target: str, column: Column) -> CodeSystem | None:
    """The system that the texts of a column of codes are of; None for a hospital's own."""
    for system, form in FORMS_OF_CODES[target].items():
        if column.share(lambda text, form=form: bool(form.match(text.upper()))) >= LEAST_OF_CODES:
            return system
    return None


def _is_of_wards(label: str, played: dict[str, Played]) -> bool:
    """Whether orders are of inpatients: by the name of the file, or by what tells their kind.

    What was charged day by day, with no word of how it is taken, are no orders: none lasts.
    """
    name = label.lower()
    if any(word in name for word in OUTPATIENT) or not TELL_HOW_TAKEN & played.keys():
        return False
    if "order_type" in played and played["order_type"].column.share(
        lambda text: read_order_type(text) == "standing"
    ):
        return True
    headers = " ".join(part.column.name for part in played.values())
    return any(word in name or word in headers for word in INPATIENT) or "停嘱" in headers


def _sex_question(column: Column) -> list[Question]:
    coding = guess_sexes(column.distinct)
    if not coding.candidates:
        return []
    choices = tuple(told_codes(candidate) for candidate in coding.candidates)
    return [Question("sex", column.name, "what do the numbers for sex mean?", choices)]


def _status_question(played: dict[str, Played]) -> list[Question]:
    if "status" not in played or not played["status"].column.share(
        lambda text: read_status(text) is None
    ):
        return []
    name = played["status"].column.name
    text = (
        f"{name}: what do its codes mean? Give each under [table.values.status]: 作废 for what was "
        "not carried out, 执行 for what was"
    )
    return [Question("status", name, text)]


def told_codes(codes: dict[str, str | None]) -> str:
    """A coding in words: 1 male, 2 female."""
    return ", ".join(f"{code} {meaning}" for code, meaning in codes.items() if meaning)


def date_formats(columns: Iterable[Column]) -> tuple[tuple[str, ...], list[Question]]:
    """The formats of all columns of dates of a table, without times; and what they do not tell.

    None where every format is one that is read without being named: rare dates of another of these
    are then read too.
    """
    formats, questions = {}, []
    for column in columns:
        guess = column.dates
        formats |= dict.fromkeys(day_format(name) for name in guess.formats)
        for question in guess.questions:
            choices = tuple(dict.fromkeys(day_format(name) for name in guess.candidates))
            text = f"{column.name}: {QUESTIONS[question]}"
            questions.append(Question("date_formats", column.name, text, choices))
    if set(formats) <= set(UNMISTAKABLE) and not questions:
        return (), []
    return tuple(formats), questions


QUESTIONS = {
    "day_or_month": "does the day stand first, or the month?",
    "two_digit_year": "years have two digits; which format, if 69 to 99 mean 1969 to 1999?",
    "month_or_two_digit_year": "a month, or a day with a year of two digits?",
    "utc_day": "times are in UTC; nothing to choose, but see whether the local day is the same.",
}


def day_format(name: str) -> str:
    """A format of dates without its time of day, which is not read."""
    return re.split(r"[T ]?%[HI]|%H", name)[0]
