"""A whole folder: its tables looked at one by one, the patient table first."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lncohort.codes import read_code_lists
from lncohort.errors import UserError
from lncohort.mapping.guess.evidence import Column
from lncohort.mapping.guess.parts import plain_identifier, unlabelled
from lncohort.mapping.guess.table_guess import TableGuess
from lncohort.mapping.guess.tables import guess_table
from lncohort.mapping.names import Names
from lncohort.mapping.staging import MANIFEST, STAGED
from lncohort.sources import files_of, open_rows, profile
from lncohort.sources.found import FoundTable
from lncohort.sources.spec import SourceSpec

NAMELESS = " (no row names its columns; write names above them)"
TEXTS_OF_IDENTIFIERS = 500_000


@dataclass(frozen=True)
class FolderGuess:
    """What a folder seems to hold.

    Attributes
    ----------
    tables : list of TableGuess
    unused : list of str
        Tables that seem to be of nothing that an extract holds.
    problems : list of (str, str)
        Files that cannot be read, and why.
    leading_zeros : str
        ``drop`` where identifiers agree between tables only without their leading zeros.
    """

    tables: list[TableGuess]
    unused: list[str]
    problems: list[tuple[str, str]]
    leading_zeros: str


def guess_folder(
    location: str | Path,
    found: list[FoundTable],
    progress: Callable[[str, int | None, float], None] | None = None,
) -> FolderGuess:
    """Look at every table of a folder, or of a database.

    Parameters
    ----------
    location
        The folder or database.
    found
        Its tables, as :func:`lncohort.sources.find_tables` finds them.
    """
    found = [table for table in found if not is_ours(location, table.path)]
    problems = [(table.path, table.problem) for table in found if table.problem is not None]
    names = Names(read_code_lists(), {}, {}, {})
    root = root_of(location)
    looked = [
        (table, columns)
        for table in found
        if table.spec is not None and (columns := _columns(root, table, names, problems))
    ]
    identifiers, as_given = _identifiers(looked, names)
    tables, unused = [], []
    for table, columns in looked:
        guesses = guess_table(table.spec, columns, identifiers, names)
        tables += guesses
        if not guesses:
            unused.append(table.spec.label + (NAMELESS if _is_nameless(table.spec) else ""))
    tables = _with_births_of_one_kind(tables)
    return FolderGuess(tables, unused, problems, _leading_zeros(tables, as_given))


def _with_births_of_one_kind(tables: list[TableGuess]) -> list[TableGuess]:
    """Without the patients that stand, with their ages, in tables of other things.

    Births that are given go before those that are reckoned; of these, those of the surest table
    count, as a patient of one table may be older by another.
    """
    reckoned = [guess for guess in tables if "age" in guess.played]
    is_given = any({"birth_date", "birth_year"} & guess.played.keys() for guess in tables)
    best = max(reckoned, key=lambda guess: guess.confidence, default=None)
    return [guess for guess in tables if guess not in reckoned or (guess is best and not is_given)]


def _is_nameless(spec: SourceSpec) -> bool:
    """Whether no row of a file names its columns."""
    return spec.format in ("text", "excel") and spec.header_row is None


def is_ours(location: str | Path, path: str) -> bool:
    """Whether a file is a mapping, or was made by one."""
    folders = Path(path).parents
    return (
        path.endswith(".toml")
        or any(folder.name.endswith(STAGED) for folder in folders)
        or any((Path(location) / folder / MANIFEST).is_file() for folder in folders)
    )


def root_of(location: str | Path) -> str | Path:
    """The folder from where the tables of a location are named; of a server, its address."""
    if "://" in str(location):
        return location
    location = Path(location)
    return location.parent if location.is_file() else location


def columns_of(root: Path | str, spec: SourceSpec, names: Names, texts: int) -> list[Column]:
    """The columns of a table, as its first rows show them, with so many of the texts of each.

    Raises
    ------
    UserError
        When it cannot be read.
    """
    with duckdb.connect() as connection, ExitStack() as opened:
        files = [
            opened.enter_context(open_rows(connection, root, file)).relation
            for file in files_of(root, spec)
        ]
        return [Column(one, names) for one in profile(files, texts=texts)]


def _columns(
    root: Path | str, table: FoundTable, names: Names, problems: list[tuple[str, str]]
) -> list[Column]:
    try:
        return columns_of(root, table.spec, names, TEXTS_OF_IDENTIFIERS)
    except UserError as error:
        problems.append((table.spec.label, str(error)))
        return []


def _identifiers(
    looked: list[tuple[FoundTable, list[Column]]], names: Names
) -> tuple[frozenset[str], frozenset[str]]:
    """The identifiers of all patient tables: without leading zeros, and as given.

    A patient table has a row a patient; where none does, the likeliest table counts.
    """
    keys, best = [], None
    for table, columns in looked:
        for guess in guess_table(table.spec, columns, frozenset(), names):
            if guess.target != "patient":
                continue
            column = guess.played["patient_id"].column
            if column.profile.distinct >= 0.9 * column.profile.filled:
                keys.append(column)
            if best is None or guess.confidence > best[0]:
                best = (guess.confidence, column)
    of = keys or ([best[1]] if best else [])
    texts = [unlabelled(text) for column in of for text, _ in column.profile.texts]
    return frozenset(map(plain_identifier, texts)), frozenset(texts)


def _leading_zeros(tables: list[TableGuess], as_given: frozenset[str]) -> str:
    """Whether some table holds the identifiers without the zeros that the patient table has."""
    for guess in tables:
        if "patient_id" not in guess.played or guess.target == "patient_link":
            continue
        texts = guess.played["patient_id"].column.spread
        exact = sum(unlabelled(text) in as_given for text in texts)
        plain = {plain_identifier(text) for text in as_given}
        loose = sum(plain_identifier(text) in plain for text in texts)
        if texts and exact < 0.5 * loose:
            return "drop"
    return "keep"
