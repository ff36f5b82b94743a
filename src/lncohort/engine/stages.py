"""The SQL files, in the order in which each finds what it reads."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

# Parsing all files with sqlglot takes longer than any other part of starting up; a test holds what is
# found here against it.
COMMENT = re.compile("--.*")
READ = re.compile(r"\b(?:(?<!DISTINCT )FROM|JOIN)\s+([a-z_]\w*)")
CTE = re.compile(r"\b([a-z_]\w*) AS \(")
MAPPING = "mapping"  # the stage that comes before there is an extract


@dataclass(frozen=True)
class SqlFile:
    """One SQL file: the table it makes, the tables it reads, its stage and text."""

    table: str
    stage: str
    text: str
    reads: frozenset[str]
    path: Path


def sql_folder() -> Path:
    """The folder of the SQL files: inside the installed package, or at the top of the tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "sql"
    return installed if installed.is_dir() else package.parents[1] / "sql"


@cache
def sql_files() -> tuple[SqlFile, ...]:
    """All SQL files, sorted so that each comes after the files whose tables it reads.

    The order is taken from the FROM and JOIN clauses: first of the stages (the folders), then of
    the files in each; what could stand in any order is sorted by name, so that the order never
    changes.

    Raises
    ------
    graphlib.CycleError
        When data would go back up the list of stages.
    """
    files = {path.stem: _read(path) for path in sorted(sql_folder().glob("*/*.sql"))}
    made_in = {name: file.stage for name, file in files.items()}
    file_order = _sorted({name: file.reads & files.keys() for name, file in files.items()})
    stage_reads = {stage: set() for stage in sorted(set(made_in.values()))}
    for file in files.values():
        stage_reads[file.stage] |= {made_in[t] for t in file.reads & files.keys()} - {file.stage}
    return tuple(
        files[name]
        for stage in _sorted(stage_reads)
        for name in file_order
        if made_in[name] == stage
    )


def study_files() -> tuple[SqlFile, ...]:
    """The SQL files that make a study of an extract: all but those that map a hospital's tables."""
    return tuple(file for file in sql_files() if file.stage != MAPPING)


def _read(path: Path) -> SqlFile:
    text = path.read_text(encoding="utf-8")
    statement = COMMENT.sub("", text)
    own_names = {*CTE.findall(statement), path.stem}
    reads = frozenset(READ.findall(statement)) - own_names
    return SqlFile(path.stem, path.parent.name, text, reads, path)


def _sorted(reads: dict[str, Collection[str]]) -> list[str]:
    return list(TopologicalSorter({n: sorted(r) for n, r in reads.items()}).static_order())


def files_for(wanted: Collection[str], given: Collection[str]) -> tuple[SqlFile, ...]:
    """The SQL files that make the wanted tables from given ones, in the order to run them.

    Parameters
    ----------
    wanted
        Tables that are asked for.
    given
        Tables that stand already: their files, and what only those read, are left out.
    """
    by_table = {file.table: file for file in sql_files()}
    needed, to_make = set(), set(wanted)
    while to_make:
        needed |= to_make
        read = frozenset().union(*(by_table[table].reads for table in to_make))
        to_make = (read & by_table.keys()) - needed - set(given)
    return tuple(file for file in sql_files() if file.table in needed)


def files_after(changed: Collection[str], wanted: Collection[str]) -> tuple[SqlFile, ...]:
    """The SQL files to run again for some tables when others have changed, in their order.

    Parameters
    ----------
    changed
        Tables that are not what they were.
    wanted
        Tables that are asked for anew.
    """
    stale, found = set(changed), []
    for file in files_for(wanted, ()):
        if file.reads & stale:
            stale.add(file.table)
            found.append(file)
    return tuple(found)
