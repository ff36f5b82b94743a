"""Which tables of a folder or a database are those of the OMOP common data model."""

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files

from lncohort.sources.find import FoundTable

KNOWN_BY = ("drug_exposure", "measurement", "condition_occurrence")
ENDING = re.compile(r"(\.(csv|tsv|txt|tab|parquet|gz|zst|snappy))+$")
PREFIX = re.compile(r"^(cdm|omop)_")


@cache
def template() -> dict:
    """What each table of OMOP becomes, as the file tables.toml says."""
    text = files("lncohort.mapping.omop").joinpath("tables.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def omop_tables(found: list[FoundTable]) -> dict[str, FoundTable]:
    """The OMOP tables among those found, by their names in the model; none where it is no OMOP.

    A table is known by its name in any case, with a schema (``cdm.person``) or an ending of a file
    (``PERSON.csv``). Of a name that is there more than once, that of the schema or folder with the
    most tables is taken.

    Parameters
    ----------
    found
        Tables of a folder, a file or a database.
    """
    known = {table["omop"] for table in template()["table"]}
    named = [
        (*_place_and_name(table), table)
        for table in found
        if table.spec is not None and _place_and_name(table)[1] in known
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


def _place_and_name(table: FoundTable) -> tuple[str, str]:
    """The schema or folder of a table, and its name in small letters."""
    path = table.spec.table or table.spec.path
    place, _, name = path.rpartition("/")
    schema, _, name = ENDING.sub("", name.lower()).rpartition(".")
    return f"{place}/{schema}", PREFIX.sub("", name)
