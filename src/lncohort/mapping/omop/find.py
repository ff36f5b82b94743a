"""Which tables of a folder or a database are those of the OMOP common data model."""

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files

from lncohort.sources.found import FoundTable

KNOWN_BY = ("drug_exposure", "measurement", "condition_occurrence")
ENDING = re.compile(r"(/\*)?(\.(csv|tsv|txt|tab|parquet|gz|zst|snappy))+$")
PART = re.compile(r"[-_. ]?[0-9]+$")
OF_SEVERAL = re.compile(r"[-_. ]?([0-9]|\[0-9\]\*)+$")  # of the files of one table
PREFIX = re.compile(r"^(cdm|omop)_")


@cache
def template() -> dict:
    """What each table of OMOP becomes, as the file tables.toml says."""
    text = files("lncohort.mapping.omop").joinpath("tables.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def omop_tables(found: list[FoundTable]) -> dict[str, FoundTable]:
    """The OMOP tables among those found, by their names in the model; none where it is no OMOP.

    A table is known by its name in any case, with a schema (``cdm.person``) or an ending of a file
    (``PERSON.csv``), or by that of the folder of its parts. Of a name that is there more than once, that of the schema or folder with the
    most tables is taken.

    Parameters
    ----------
    found
        Tables of a folder, a file or a database.
    """
    named = [
        (*_place_and_name(table), table)
        for table in found
        if table.spec is not None and _place_and_name(table)[1] in _known()
    ]
    there = {name for _, name, _ in named}
    if "person" not in there or there.isdisjoint(KNOWN_BY):
        return {}
    size = Counter(place for place, _, _ in named)
    named.sort(key=lambda one: (-size[one[0]], one[0]))
    tables: dict[str, FoundTable] = {}
    for _, name, table in named:
        tables.setdefault(name, table)
    return tables


def omop_unread(
    found: list[FoundTable], tables: dict[str, FoundTable]
) -> tuple[list[str], list[str]]:
    """What is not read: what has the name, or a part of it, of a table that is; and what else is there.

    Parameters
    ----------
    found
        Tables of a folder, a file or a database.
    tables
        Those among them that are read, as :func:`omop_tables` gives them.
    """
    offered = {table["omop"] for table in template()["table"] if "offered" in table}
    more, others = [], []
    for one in found:
        name = next((name for name, table in tables.items() if table is one), None)
        if name in offered:
            others.append(f"{one.spec.label}: say in the mapping file what of it is to be read")
        if name is not None:
            continue
        if one.spec is None:
            others.append(f"{one.path}: {one.problem}")
            continue
        name = PART.sub("", _place_and_name(one)[1])
        if name in tables:
            more.append(one.spec.label)
        else:
            others.append(one.spec.label)
    return more, others


def _place_and_name(table: FoundTable) -> tuple[str, str]:
    """The schema or folder of a table, and its name in small letters.

    Where the name is none of the model's, that of a folder above may be: measurement/part-0001.csv.
    """
    path = ENDING.sub("", (table.spec.table or table.path).lower())
    if table.files > 1:
        path = OF_SEVERAL.sub("", path)
    place, _, name = path.rpartition("/")
    schema, _, name = name.rpartition(".")
    of_file = f"{place}/{schema}", PREFIX.sub("", name)
    if of_file[1] in _known() or table.spec.table:
        return of_file
    *above, _ = path.split("/")
    for depth in range(len(above), 0, -1):
        if (folder := PREFIX.sub("", above[depth - 1])) in _known():
            return "/".join(above[: depth - 1]) + "/", folder
    return of_file


@cache
def _known() -> frozenset[str]:
    """The names of the tables that are read."""
    return frozenset(table["omop"] for table in template()["table"])
