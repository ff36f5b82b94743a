"""Files that are one table: the months of an export, the parts of a Parquet table."""

import re
from collections import defaultdict
from dataclasses import replace
from glob import escape
from itertools import zip_longest

from lncohort.sources.files import fits
from lncohort.sources.found import FoundTable

FIGURES = re.compile("[0-9]+")
ANY_FIGURES = "[0-9]*"
PART = re.compile(r"((part|data)[-_].*|(?=[^.]*\d)[-_0-9a-f]+(\.[a-z0-9]+)*)\.parquet")


def joined(found: list[FoundTable]) -> list[FoundTable]:
    """What was found in a folder, with those files as one table that are of one.

    They are read in one way and have the same columns, in whatever order; one that cannot be read
    stays alone. Their names differ in figures only, or they are Parquet files of one folder that
    are named as parts. A pattern names them, or a list where other files that were found would fit
    it.
    """
    kinds: dict[tuple | int, list[FoundTable]] = defaultdict(list)
    for place, table in enumerate(found):
        kinds[place if table.spec is None else _kind(table)].append(table)
    paths = {table.path for table in found}
    return [_one(tables, paths) for tables in kinds.values()]


def _kind(table: FoundTable) -> tuple:
    """What the files of one table share."""
    return table.spec.model_copy(update={"path": _form(table.path)}), frozenset(table.columns)


def _one(tables: list[FoundTable], others: set[str]) -> FoundTable:
    """The table that files are; a single one is as it was found, unless it is a part."""
    paths = sorted(table.path for table in tables)
    if tables[0].spec is None or (len(paths) == 1 and not _is_part(paths[0])):
        return tables[0]
    pattern = _pattern(paths)
    if {path for path in others if fits(path, pattern)} == set(paths):
        path, named = pattern, pattern
    else:
        path, named = paths[0], tuple(paths) if len(paths) > 1 else paths[0]
    spec = tables[0].spec.model_copy(update={"path": named})
    return replace(tables[0], path=path, spec=spec, files=len(paths))


def _form(path: str) -> str:
    """What the paths of one table share."""
    return f"{_folder(path)}/*.parquet" if _is_part(path) else FIGURES.sub(ANY_FIGURES, path)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_part(path: str) -> bool:
    """Whether a file of a folder is named as a part, as Spark, BigQuery and others write it.

    It is named part, data or nothing but a number, also behind the name of its folder.
    """
    *_, folder, name = ("", *path.lower().split("/"))
    return folder != "" and PART.fullmatch(name.removeprefix(folder)) is not None


def _pattern(paths: list[str]) -> str:
    """The pattern of paths of one form: figures that are the same in all stand in it."""
    if _is_part(paths[0]):
        return f"{escape(_folder(paths[0]))}/*.parquet"
    texts = [escape(text) for text in FIGURES.split(paths[0])]
    of_place = zip(*map(FIGURES.findall, paths), strict=True)
    figures = [run[0] if len(set(run)) == 1 else ANY_FIGURES for run in of_place]
    return "".join(map("".join, zip_longest(texts, figures, fillvalue="")))
