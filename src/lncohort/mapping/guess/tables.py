"""What each table of a folder is of."""

import re
from dataclasses import replace

from lncohort.mapping.guess.cancelled import without_cancelled
from lncohort.mapping.guess.deaths import with_deaths
from lncohort.mapping.guess.evidence import Column
from lncohort.mapping.guess.headers import fit_of_file, fit_of_header, simple_header
from lncohort.mapping.guess.parts import LEAST, Played, fit, parts_of
from lncohort.mapping.guess.reading import read_columns
from lncohort.mapping.guess.table_guess import TableGuess, WideTest
from lncohort.mapping.guess.treatments import with_treatments
from lncohort.mapping.guess.visits import (
    Visit,
    is_sledai,
    once_each,
    several_columns,
    visits_of,
    wide_test,
)
from lncohort.mapping.names import Names
from lncohort.mapping.roles import NEEDED, PATIENT, ROLES
from lncohort.mapping.words import read_order_type
from lncohort.sources import SourceSpec

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
    "patient": ("sex", "birth_date", "birth_year", "age"),
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
LEAST_OF_FURTHER = 0.5  # of the texts of a further column of diagnoses or procedures
INSTRUMENT = {"instrument": "SLEDAI-2K"}
OF_ORDERS = ("嘱", "带药")  # in the name of a file: 临时 alone may be of a temporary table
WORD_OF_ORDERS = {"standing": "长期", "once": "临时", "home": "出院带药"}


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
    visits = visits_of(columns, names)
    of_visits = {test.column.name for visit in visits for test in visit.tests}
    of_visits |= {column.name for visit in visits for column in (visit.day, visit.score) if column}
    tests_found = _wide_tests([c for c in columns if c.name not in of_visits], names)
    wide = once_each(tests_found)
    for target in OF_FOLDERS:
        constants = _constants(target, columns, spec)
        played = parts_of(target, columns, identifiers, tuple(constants))
        tests = ()
        if target == "lab" and not (played and {"test", "result"} <= played.keys()):
            tests = wide if len(wide) >= 2 else ()
            in_wide = of_visits | {test.column.name for test in tests}
            others = [column for column in columns if column.name not in in_wide]
            played = parts_of(target, others, identifiers) if tests else None
        if played is None:
            continue
        if target == "encounter" and not ("end_date" in played or _is_named(target, spec)):
            continue  # a patient and a day stand in every table
        if target == "assessment" and sum(is_sledai(column.name) for column in columns) > 1:
            continue  # of several visits
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
        guess = read_columns(spec, target, min(score, 1.0), played, constants, tests)
        asked = several_columns(tests_found) if tests else ()
        kept.append(replace(guess, questions=(*guess.questions, *asked)))
    kept += [other for guess in kept for other in _again(guess, columns, spoken_for)]
    kept += _of_visits(spec, visits, columns, identifiers)
    kept = [without_cancelled(guess, columns) for guess in kept]
    kept = [one for guess in kept for one in with_deaths(guess, columns)]
    kept = [one for guess in kept for one in with_treatments(guess, names)]
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
            if column.looks[look] >= LEAST_OF_FURTHER
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
        read_columns(
            guess.spec,
            guess.target,
            guess.confidence,
            shared | {role: Played(column, LEAST_OF_FURTHER) for role, column in parts.items()},
            {},
            (),
        )
        for parts in found
    ]


def _of_visits(
    spec: SourceSpec, visits: tuple[Visit, ...], columns: list[Column], identifiers: frozenset[str]
) -> list[TableGuess]:
    """A table of results, and one of scores, for each visit that a row holds."""
    fits = [fit(column, "lab", PATIENT, identifiers) for column in columns]
    if max(fits) < LEAST:
        return []
    of_whom = Played(columns[fits.index(max(fits))], max(fits))
    found = []
    for visit in visits:
        day = Played(visit.day, visit.day.looks["date"])
        if visit.tests:
            parts = {"patient_id": of_whom, "sample_date": day}
            found.append(read_columns(spec, "lab", 0.9, parts, {}, visit.tests))
        if visit.score is not None:
            parts = {"patient_id": of_whom, "assessment_date": day}
            parts["score"] = Played(visit.score, day.confidence)
            found.append(read_columns(spec, "assessment", 0.9, parts, INSTRUMENT, ()))
    return found


def _is_beside(column: Column, code: Column, columns: list[Column]) -> bool:
    """Whether a column of codes is of the words in another."""
    if CODE_WORDS.sub("", simple_header(code.name)) == simple_header(column.name):
        return True
    places = [place for place, one in enumerate(columns) if one.name in (column.name, code.name)]
    return columns[places[0]] is column and places[1] - places[0] == 1


def _constants(target: str, columns: list[Column], spec: SourceSpec) -> dict[str, str]:
    """What a header or the file's name tells of every row: the instrument of a score, 长期 of orders."""
    if target == "prescription":
        is_told = any(fit_of_header(c.name, target, "order_type") for c in columns)
        is_of_orders = any(word in spec.label for word in OF_ORDERS)
        of_file = read_order_type(spec.label) if is_of_orders and not is_told else None
        return {} if of_file is None else {"order_type": WORD_OF_ORDERS[of_file]}
    is_named = any(is_sledai(column.name) for column in columns)
    is_told = any(column.looks["instrument"] >= 0.5 for column in columns)
    return INSTRUMENT if target == "assessment" and is_named and not is_told else {}


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
    found = (wide_test(column, column.name, names) for column in columns)
    return tuple(test for test in found if test is not None)
