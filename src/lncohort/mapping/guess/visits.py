"""Columns of several visits in one row: 随访1日期, 随访1肌酐, 随访2日期, 随访2肌酐."""

import re
from collections import Counter
from dataclasses import dataclass

from lncohort.mapping.guess.evidence import Column, is_unit
from lncohort.mapping.guess.headers import simple_header
from lncohort.mapping.guess.table_guess import Question, WideTest
from lncohort.mapping.names import Names
from lncohort.texts.plain import one_width

WORD_OF_DAY = re.compile("日期|时间|date", re.IGNORECASE)
BETWEEN = " _-:.·"  # a mark and the name of a test
# A test and its unit in one header: 补体C3(g/L), 肌酐_umol/L, 白蛋白 g/L, 血红蛋白g/L.
NAME_AND_UNIT = (
    re.compile(r"(?P<name>[^(\[【]+)[(\[【](?P<unit>.+)[)\]】]"),
    re.compile(r"(?P<name>.*[^_ -])[_ -]+(?P<unit>[^_ ]+)"),
    re.compile(r"(?P<name>.*[\u3400-\u9fff)])(?P<unit>[^\u3400-\u9fff]+)"),
)


@dataclass(frozen=True)
class Visit:
    """A day of a row, and the results and the SLEDAI of that day."""

    day: Column
    tests: tuple[WideTest, ...]
    score: Column | None


def visits_of(columns: list[Column], names: Names) -> tuple[Visit, ...]:
    """The visits of a row, where its columns are of several.

    A visit is a column of days and the tests whose headers begin or end with what tells the visit in
    the header of the day: 随访1 of 随访1日期, 3月 of 3月日期, 1 of 日期1.

    Parameters
    ----------
    columns
        Of the table.
    names
        Names and code lists.
    """
    found = []
    for day in columns:
        mark = WORD_OF_DAY.sub("", one_width(day.name)).strip(BETWEEN)
        if not mark or day.is_empty or day.looks["date"] < 0.5:
            continue
        headers = [(column, _without(one_width(column.name), mark)) for column in columns]
        own = [(column, header) for column, header in headers if header is not None]
        tests = (wide_test(column, header, names) for column, header in own)
        of_day = once_each(tuple(test for test in tests if test is not None))
        scores = [c for c, header in own if is_sledai(header) and c.looks["score"] >= 0.5]
        if of_day or len(scores) == 1:
            found.append(Visit(day, of_day, scores[0] if len(scores) == 1 else None))
    return tuple(found) if len(found) > 1 else ()


def _without(header: str, mark: str) -> str | None:
    """A header without the mark of a visit; None where it has not got it: 1 is not the end of 11."""
    of_visit = re.fullmatch(rf"{re.escape(mark)}(?!\d)(.+)|(.+)(?<!\d){re.escape(mark)}", header)
    return None if of_visit is None else (of_visit[1] or of_visit[2]).strip(BETWEEN)


def once_each(tests: tuple[WideTest, ...]) -> tuple[WideTest, ...]:
    """The tests that have one column: of two columns of one test it is not known of which day each is."""
    columns = Counter(test.test for test in tests)
    return tuple(test for test in tests if columns[test.test] == 1)


def several_columns(tests: tuple[WideTest, ...]) -> tuple[Question, ...]:
    """What is asked of tests that have several columns, which are left out."""
    of_test: dict[str, list[str]] = {}
    for test in tests:
        of_test.setdefault(test.test, []).append(test.column.name)
    return tuple(
        Question(
            "wide",
            names[0],
            f"{', '.join(names)}: each is {test}, so not read; of which day is each? Give each day a "
            "[[table]] of its own, or one of them under [[table.wide]]",
        )
        for test, names in of_test.items()
        if len(names) > 1
    )


def is_sledai(header: str) -> bool:
    """Whether a header names the score of activity."""
    return "sledai" in simple_header(header)


def wide_test(column: Column, header: str, names: Names) -> WideTest | None:
    """The test of a column of results; None where its header names none, or its texts are no results."""
    name, unit = name_and_unit(header)
    match = names.of_test(None, name, "", "")
    if match is None or not (column.is_empty or column.looks["result"] >= 0.5):
        return None
    return WideTest(column, match.concept, unit)


def name_and_unit(header: str) -> tuple[str, str | None]:
    """The name of a test and its unit, where a header holds both."""
    text = one_width(header)
    for form in NAME_AND_UNIT:
        told = form.fullmatch(text)
        if told is not None and is_unit(told["unit"]):
            return told["name"], told["unit"]
    return text, None
