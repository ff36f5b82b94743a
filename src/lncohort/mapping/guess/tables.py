"""What each table of a folder is of, and how its columns are read."""

import re
from dataclasses import dataclass, field, replace

from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.extract.units import looks_like
from lncohort.mapping.days import UNMISTAKABLE
from lncohort.mapping.guess.evidence import Column, is_unit
from lncohort.mapping.guess.headers import fit_of_file, fit_of_header, simple_header
from lncohort.mapping.guess.parts import SURE, Played, parts_of
from lncohort.mapping.model import CODED, CodeSystem
from lncohort.mapping.names import Names
from lncohort.mapping.roles import NEEDED, ROLES
from lncohort.mapping.words import MG_WORDS, read_given_back, read_quantity, read_status
from lncohort.sources import SourceSpec
from lncohort.texts.codings import guess_sexes
from lncohort.texts.date_formats import MONTH
from lncohort.texts.numbers import decimal_mark_of
from lncohort.texts.plain import one_width, plain
from lncohort.texts.results import read_result
from lncohort.texts.strength import STRENGTH

OF_FOLDERS = (
    "patient",
    "patient_link",
    "encounter",
    "observation_period",
    "prescription",
    "lab",
    "diagnosis",
    "procedure",
    "biopsy",
    "assessment",
)
# The part by which a target is known; a column speaks for one target only.
KNOWN_BY = {
    "patient": ("sex", "birth_date", "birth_year"),
    "patient_link": ("same_as",),
    "encounter": ("end_date",),
    "observation_period": ("end_date",),
    "prescription": ("drug", "code"),
    "lab": ("test", "result"),
    "diagnosis": ("diagnosis", "code"),
    "procedure": ("procedure", "code"),
    "biopsy": ("isn_rps_class",),
    "assessment": ("score",),
}
# Parts that several columns of one row may play, and what their texts look like.
REPEATED = {
    "diagnosis": {"diagnosis": "diagnosis", "code": "icd"},
    "procedure": {"procedure": "procedure"},
}
NO_NAME = re.compile(r"\d{4}|\n|.{31}")  # of a column: too long, or with the figures of a value
CODE_WORDS = re.compile("icd-?10|icd|编码|代码|编号|码|code")
LEAST_OF_TARGET = 0.55
# A test and its unit in one header: 补体C3(g/L), 肌酐_umol/L, 白蛋白 g/L, 血红蛋白g/L.
NAME_AND_UNIT = (
    re.compile(r"(?P<name>[^(\[【]+)[(\[【](?P<unit>.+)[)\]】]"),
    re.compile(r"(?P<name>.*[^_ -])[_ -]+(?P<unit>[^_ ]+)"),
    re.compile(r"(?P<name>.*[\u3400-\u9fff)])(?P<unit>[^\u3400-\u9fff]+)"),
)
INPATIENT = ("住院", "病区", "病房", "inpatient", "ward")
OUTPATIENT = ("门诊", "outpatient")
MIDDLE = 15  # of a month of birth, as of one in a column of its own
FEWEST_VALUES = 20  # of a column whose median is judged
LEAST_OF_CODES = 0.5
ICD = re.compile(r"[A-TV-Z]\d[0-9A-Z](\.?[0-9A-Z]{0,4})?(X?\d{3})?([+†*‡ ]|$)")
FORMS_OF_CODES: dict[str, dict[CodeSystem, re.Pattern]] = {
    "prescription": {"ATC": re.compile(r"[ABCDGHJLMNPRSV]\d{2}([A-Z]([A-Z](\d{2})?)?)?$")},
    "lab": {"LOINC": re.compile(r"\d{3,5}-\d$")},
    "diagnosis": {"ICD-10": ICD},
    "procedure": {"ICD-9-CM": re.compile(r"\d{2}\.\d{1,4}(X\d{3})?$")},
}
SLEDAI = "sledai"


@dataclass(frozen=True)
class Question:
    """What the texts of a table do not tell.

    Attributes
    ----------
    about : str
        ``header_row``, ``status``, ``sex``, ``date_formats``, ``unit``, ``quantity_unit``, ``strength`` or ``units``.
    column : str
        Of the table.
    text : str
        The question.
    choices : tuple of str
        The answers that there can be; none where it is free.
    """

    about: str
    column: str
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class WideTest:
    """A column of a wide table of results."""

    column: Column
    test: str
    unit: str | None


@dataclass(frozen=True)
class TableGuess:
    """What a table seems to be of.

    Attributes
    ----------
    target : str
    confidence : float
        From 0 to 1.
    played : dict of str to Played
        By role.
    wide : tuple of WideTest
        Columns of results, of a wide table.
    constants : dict of str to str
    date_formats : tuple of str
    day_of_month : int or None
        Of births that are given as months.
    decimal : str or None
        None where the texts do not tell it, and no comma stands in them.
    inpatient, refunds : bool
    sex_codes : dict of str to str
        What codes of sex mean, where somebody told it.
    code_system : str or None
        That the texts of the codes are of.
    questions : tuple of Question
    unused : tuple of str
        Columns of the table that play no part.
    """

    spec: SourceSpec
    target: str
    confidence: float
    played: dict[str, Played]
    wide: tuple[WideTest, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    day_of_month: int | None = None
    decimal: str | None = None
    inpatient: bool = False
    refunds: bool = False
    sex_codes: dict[str, str] = field(default_factory=dict)
    code_system: CodeSystem | None = None
    questions: tuple[Question, ...] = ()
    unused: tuple[str, ...] = ()


def guess_table(
    spec: SourceSpec, columns: list[Column], identifiers: frozenset[str], names: Names
) -> list[TableGuess]:
    """What a table is of; more than one thing where one table holds several.

    Parameters
    ----------
    spec
        How the table is read.
    columns
        Its columns with what they look like.
    identifiers
        Identifiers of patients, plain, where the patient table is known.
    names
        Names and code lists.
    """
    candidates = []
    wide = _wide_tests(columns, names)
    for target in OF_FOLDERS:
        constants = _constants(target, columns)
        played = parts_of(target, columns, identifiers, tuple(constants))
        tests = ()
        if target == "lab" and not (played and {"test", "result"} <= played.keys()):
            tests = wide if len(wide) >= 2 else ()
            in_wide = {test.column.name for test in tests}
            others = [column for column in columns if column.name not in in_wide]
            played = parts_of(target, others, identifiers) if tests else None
        if played is None:
            continue
        if target == "encounter" and not ("end_date" in played or _is_named(target, spec)):
            continue  # a patient and a day stand in every table
        score = 0.9 if tests else _score(target, played, spec)
        if score >= LEAST_OF_TARGET:
            candidates.append((score, target, played, constants, tests))
    candidates.sort(key=lambda c: -c[0])
    kept, spoken_for = [], set()
    for score, target, played, constants, tests in candidates:
        telling = {played[r].column.name for r in KNOWN_BY[target] if r in played}
        telling |= {test.column.name for test in tests}
        if kept and (not telling or telling & spoken_for):
            continue
        spoken_for |= {p.column.name for role, p in played.items() if role != "patient_id"}
        spoken_for |= telling
        kept.append(_guess(spec, target, min(score, 1.0), played, constants, tests))
    kept += [other for guess in kept for other in _again(guess, columns, spoken_for)]
    unused = _unused(kept, columns)
    return [replace(guess, unused=unused) for guess in kept]


def _unused(kept: list[TableGuess], columns: list[Column]) -> tuple[str, ...]:
    """The names of columns that play no part, where the row of names is surely one.

    Where it is not, as where it runs into the first patient, a name may be a value.
    """
    played = [(guess.target, role, part) for guess in kept for role, part in guess.played.items()]
    named = sum(fit_of_header(part.column.name, target, role) > 0 for target, role, part in played)
    if 2 * named < len(played):
        return ()
    used = {part.column.name for _, _, part in played}
    used |= {test.column.name for guess in kept for test in guess.wide}
    return tuple(
        column.name
        for column in columns
        if column.name not in used and not column.is_empty and NO_NAME.search(column.name) is None
    )


def _again(guess: TableGuess, columns: list[Column], spoken_for: set[str]) -> list[TableGuess]:
    """A table for each further column of diagnoses or procedures: 其他诊断1, 其他诊断2.

    A code stands with the words whose header is the same but for the word for a code, or which are
    right before it: words may doubt what their code says.
    """
    if guess.target not in REPEATED:
        return []
    left = [c for c in columns if c.name not in spoken_for and not c.is_empty]
    of_role = {
        role: [
            column
            for column in left
            if column.looks[look] >= LEAST_OF_CODES
            and fit_of_header(column.name, guess.target, role) > 0
        ]
        for role, look in REPEATED[guess.target].items()
    }
    (named, of_names), *coded = of_role.items()
    codes = [column for _, of_codes in coded for column in of_codes]
    found = []
    for column in of_names:
        beside = next((code for code in codes if _is_beside(column, code, columns)), None)
        found.append({named: column} | ({"code": beside} if beside else {}))
        codes = [code for code in codes if code is not beside]
    found += [{"code": code} for code in codes]
    shared = {r: p for r, p in guess.played.items() if r not in KNOWN_BY[guess.target]}
    return [
        _guess(
            guess.spec,
            guess.target,
            guess.confidence,
            shared | {role: Played(column, LEAST_OF_CODES) for role, column in parts.items()},
            {},
            (),
        )
        for parts in found
    ]


def _is_beside(column: Column, code: Column, columns: list[Column]) -> bool:
    """Whether a column of codes is of the words in another."""
    if CODE_WORDS.sub("", simple_header(code.name)) == simple_header(column.name):
        return True
    places = [place for place, one in enumerate(columns) if one.name in (column.name, code.name)]
    return columns[places[0]] is column and places[1] - places[0] == 1


def _constants(target: str, columns: list[Column]) -> dict[str, str]:
    """What the header of a score tells: its instrument."""
    is_named = any(SLEDAI in simple_header(column.name) for column in columns)
    is_told = any(column.looks["instrument"] >= 0.5 for column in columns)
    return (
        {"instrument": "SLEDAI-2K"} if target == "assessment" and is_named and not is_told else {}
    )


def _score(target: str, played: dict[str, Played], spec: SourceSpec) -> float:
    """The mean fit of what a target needs, more for what else is there and for the file's name."""
    groups = [*NEEDED[target], *([("test",), ("result",)] if target == "lab" else [])]
    fits = [
        max((played[r].confidence for r in group if r in played), default=0.5) for group in groups
    ]
    others = sum(p.confidence for p in played.values()) - sum(fits)
    file = 0.2 if _is_named(target, spec) else 0.0
    return sum(fits) / len(fits) + 0.3 * max(others, 0) / len(ROLES[target]) + file


def _is_named(target: str, spec: SourceSpec) -> bool:
    """Whether the name of the file or sheet tells the target."""
    return fit_of_file(spec.label, target) > 0


def _wide_tests(columns: list[Column], names: Names) -> tuple[WideTest, ...]:
    """Columns whose header is a test and whose texts are results."""
    found = []
    for column in columns:
        name, unit = name_and_unit(column.name)
        match = names.of_test(None, name, "", "")
        if match is not None and (column.is_empty or column.looks["result"] >= 0.5):
            found.append(WideTest(column, match.concept, unit))
    return tuple(found)


def name_and_unit(header: str) -> tuple[str, str | None]:
    """The name of a test and its unit, where a header holds both."""
    text = one_width(header)
    for form in NAME_AND_UNIT:
        told = form.fullmatch(text)
        if told is not None and is_unit(told["unit"]):
            return told["name"], told["unit"]
    return text, None


def _guess(
    spec: SourceSpec,
    target: str,
    confidence: float,
    played: dict[str, Played],
    constants: dict[str, str],
    wide: tuple[WideTest, ...],
) -> TableGuess:
    formats, questions = _date_formats(target, played)
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
    """Whether orders are of inpatients: by the name of the file, or by what tells their kind."""
    name = label.lower()
    if any(word in name for word in OUTPATIENT):
        return False
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


def _date_formats(target: str, played: dict[str, Played]) -> tuple[tuple[str, ...], list[Question]]:
    """The formats of all columns of dates of a table, without times; and what they do not tell.

    None where every format is one that is read without being named: rare dates of another of these
    are then read too.
    """
    formats, questions = {}, []
    for role in ROLES[target]:
        if role.kind != "date" or role.name not in played:
            continue
        column = played[role.name].column
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


def answered(guess: TableGuess, question: Question, answer: str) -> TableGuess:
    """A guess with the answer to one of its questions."""
    left = tuple(other for other in guess.questions if other != question)
    if question.about == "sex":
        codes = dict(part.split(" ") for part in answer.split(", "))
        return replace(guess, sex_codes=codes, questions=left)
    if question.about == "date_formats":
        return replace(guess, date_formats=(*guess.date_formats, answer), questions=left)
    if question.about == "quantity_unit":
        constants = guess.constants | {"quantity_unit": answer}
        return replace(guess, constants=constants, questions=left)
    if question.about != "unit":
        return guess  # what one answer does not settle stays a question
    wide = tuple(
        replace(test, unit=answer) if test.column.name == question.column else test
        for test in guess.wide
    )
    return replace(guess, wide=wide, questions=left)
