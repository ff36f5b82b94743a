"""How the tables of a database in the model are written: the formats of dates and the decimal mark.

The model fixes types, which texts do not have: a dump of a European hospital may hold 05.03.2019 and
0,45, and SQLite holds days as seconds, or days, since 1970.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lncohort.codes import read_code_lists
from lncohort.mapping.guess.evidence import Column
from lncohort.mapping.guess.folder import columns_of, root_of
from lncohort.mapping.guess.reading import date_formats
from lncohort.mapping.guess.table_guess import Question
from lncohort.mapping.names import Names
from lncohort.mapping.omop.find import template
from lncohort.mapping.roles import ROLES
from lncohort.sources.found import FoundTable
from lncohort.texts.date_formats import UNIX_DAYS, UNIX_SECONDS, read_date
from lncohort.texts.numbers import decimal_mark_of

# Of each, the first column: the model has a number there.
NUMBERS = ("result", "quantity", "days_supply", "reference_low", "reference_high", "score")
NUMBERS += ("amount", "amount_of_liquid", "volume")
LEAST_OF_A_FORMAT = 0.5
TEXTS = 2_000  # of a column
FEWEST_SECONDS = 100_000
FIRST_OF_A_SHEET = 25_569  # 1970 in a spreadsheet, and 2040 in days since 1970


@dataclass(frozen=True)
class Written:
    """How a table is written.

    Attributes
    ----------
    date_formats : tuple of str
        None where its dates are read without being told of.
    questions : tuple of Question
        What the dates do not tell; and of which records one supply may stand twice.
    decimal : str or None
        The decimal mark; None where no number tells it.
    """

    date_formats: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    decimal: str | None = None


def written(location: str | Path, tables: dict[str, FoundTable]) -> dict[str, Written]:
    """How each table is written, by its name in the model, as its first rows show.

    Parameters
    ----------
    location
        The folder or database.
    tables
        As :func:`lncohort.mapping.omop.omop_tables` finds them there.

    Raises
    ------
    UserError
        When one cannot be read.
    """
    names = Names(read_code_lists(), {}, {}, {})
    found = {}
    for table in sorted(template()["table"], key=lambda table: table["to"] == "patient"):
        name = table["omop"]
        roles = {role.name for role in ROLES[table["to"]] if role.kind == "date"} | {*NUMBERS}
        if name in tables and name not in found and roles & table["columns"].keys():
            columns = columns_of(root_of(location), tables[name].spec, names, TEXTS)
            by_name = {one.name.lower(): one for one in columns}
            of_others = {format for other in found.values() for format in other.date_formats}
            found[name] = _written(table, by_name, of_others)
    return found


def _written(table: dict, columns: dict[str, Column], of_others: set[str]) -> Written:
    days = [
        column
        for role in ROLES[table["to"]]
        if role.kind == "date"
        for column in _looked_at(table["columns"].get(role.name, ()), columns)
    ]
    numbers = [
        columns[names[0]]
        for role, names in table["columns"].items()
        if role in NUMBERS and names[0] in columns
    ]
    decimal = decimal_mark_of(text for column in numbers for text in column.distinct)
    doubled = _doubled(table, columns)
    since_1970 = _since_1970(days, of_others if table["to"] == "patient" else None)
    if since_1970 is not None:
        return Written((since_1970,), doubled, decimal)
    formats, questions = date_formats(days)
    return Written(formats, (*questions, *doubled), decimal)


def _looked_at(names: Iterable[str], columns: dict[str, Column]) -> Iterator[Column]:
    """The columns of a part in which something stands, up to the first in which always something does."""
    for name in names:
        if name in columns and not columns[name].is_empty:
            yield columns[name]
            if columns[name].profile.filled == columns[name].profile.rows:
                return


def _doubled(table: dict, columns: dict[str, Column]) -> tuple[Question, ...]:
    """Whether a table holds records of which one makes another: what was prescribed and dispensed."""
    for name, kinds in table.get("doubled", {}).items():
        texts = columns[name].distinct if name in columns else ()
        types = {text.removesuffix(".0") for text in texts}
        there = [
            f"{kind} ({', '.join(found)})"
            for kind, listed in kinds.items()
            if (found := sorted(types.intersection(listed)))
        ]
        if len(there) > 1:
            text = (
                f"{columns[name].name}: {' and '.join(there)}. Does one supply stand there twice? "
                "It counts twice, but where both are alike: keep what was taken"
            )
            return (Question("keep", columns[name].name, text, tuple(sorted(types))),)
    return ()


def _since_1970(columns: list[Column], of_others: set[str] | None) -> str | None:
    """Whether dates are told as seconds or days since 1970; figures of a calendar are no such numbers.

    Days of a spreadsheet are greater than those since 1970, but for births: what their numbers are
    the formats of other tables tell.
    """
    texts = [text for column in columns for text in column.distinct]
    if not texts or any(read_date(text, UNIX_SECONDS).day is None for text in texts):
        return None
    if of_others is not None:
        told = of_others & {UNIX_SECONDS, UNIX_DAYS}
        return told.pop() if len(told) == 1 else None
    numbers = sorted(float(text) for text in texts)
    if max(-numbers[0], numbers[-1]) < FEWEST_SECONDS:
        return UNIX_DAYS if numbers[len(numbers) // 2] < FIRST_OF_A_SHEET else None
    is_calendar = any(column.dates.share >= LEAST_OF_A_FORMAT for column in columns)
    return None if is_calendar else UNIX_SECONDS
