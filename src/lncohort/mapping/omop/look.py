"""How the tables of a database in the model are written: the formats of dates and the decimal mark.

The model fixes types, which texts do not have: a dump of a European hospital may hold 05.03.2019 and
0,45, and SQLite holds days as seconds since 1970.
"""

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
from lncohort.texts.date_formats import UNIX_SECONDS, read_date
from lncohort.texts.numbers import decimal_mark_of

# Of each, the first column: the model has a number there.
NUMBERS = ("result", "quantity", "days_supply", "reference_low", "reference_high", "score")
NUMBERS += ("amount", "amount_of_liquid", "volume")
LEAST_OF_A_FORMAT = 0.5


@dataclass(frozen=True)
class Written:
    """How a table is written.

    Attributes
    ----------
    date_formats : tuple of str
        None where its dates are read without being told of.
    questions : tuple of Question
        What the dates do not tell.
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
    for table in template()["table"]:
        name = table["omop"]
        roles = {role.name for role in ROLES[table["to"]] if role.kind == "date"} | {*NUMBERS}
        if name in tables and name not in found and roles & table["columns"].keys():
            columns = columns_of(root_of(location), tables[name].spec, names)
            found[name] = _written(table, {one.name.lower(): one for one in columns})
    return found


def _written(table: dict, columns: dict[str, Column]) -> Written:
    days = [
        columns[name]
        for role in ROLES[table["to"]]
        if role.kind == "date"
        for name in table["columns"].get(role.name, ())
        if name in columns and not columns[name].is_empty
    ]
    numbers = [
        columns[names[0]]
        for role, names in table["columns"].items()
        if role in NUMBERS and names[0] in columns
    ]
    decimal = decimal_mark_of(text for column in numbers for text in column.distinct)
    if days and all(map(_are_seconds, days)):
        return Written((UNIX_SECONDS,), (), decimal)
    formats, questions = date_formats(days)
    return Written(formats, tuple(questions), decimal)


def _are_seconds(column: Column) -> bool:
    """Whether days are told as seconds since 1970; figures of a calendar are no such numbers."""
    is_one = column.share(lambda text: read_date(text, UNIX_SECONDS).day is not None) == 1
    return is_one and column.dates.share < LEAST_OF_A_FORMAT
