"""From a mapping file to an extract that meets the data contract, whole or not at all."""

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from lncohort.codes import CodeLists, read_code_lists
from lncohort.engine.duck import StageError, make_tables
from lncohort.engine.stages import MAPPING, sql_files
from lncohort.errors import UserError
from lncohort.extract.contract import CONTRACT
from lncohort.folders import refuse_all_but, refuse_over, written_whole
from lncohort.mapping.accounting import Account, account
from lncohort.mapping.given import give
from lncohort.mapping.links import patient_replacements
from lncohort.mapping.loader import load_mapping
from lncohort.mapping.model import Mapping
from lncohort.mapping.names import Names
from lncohort.mapping.readings import Readings, settings
from lncohort.mapping.repeats import shared_contents
from lncohort.mapping.staging import (
    MANIFEST,
    STAGED,
    Progress,
    Staged,
    read_json,
    sources_of,
    staged_tables,
)
from lncohort.mapping.usable import unusable
from lncohort.mapping.vocabulary import ancestors, code_names, origins, strengths
from lncohort.mapping.written import write_tables

MEMORY = "1100MB"  # of DuckDB; Python, its libraries and the distinct texts come to that
NO_ROOM = (duckdb.IOException, duckdb.OutOfMemoryException)
WRITTEN = (MANIFEST, *(f"{table.name}.parquet" for table in CONTRACT))
SUMMARIES = (
    "concept_matched",
    "unmapped_name",
    "unread_directions",
    "unread_route",
    "order_source",
    "order_type",
    "dose_read",
    "record_month",
    "result_unit",
    "patient_overview",
)


@dataclass(frozen=True)
class Mapped:
    """An extract that a mapping made.

    Attributes
    ----------
    folder : Path
        The extract.
    mapping : Mapping
    account : Account
        What became of the hospital's rows.
    was_unchanged : bool
        Whether an earlier run had made it of the same tables, so that nothing was read again.
    """

    folder: Path
    mapping: Mapping
    account: Account
    was_unchanged: bool


def map_extract(
    file: str | Path,
    out: str | Path | None = None,
    progress: Progress | None = None,
    refuse: bool = True,
) -> Mapped:
    """Make the extract that a mapping file describes, whole or not at all.

    Parameters
    ----------
    file
        The mapping file; what it names is looked for from its folder.
    out
        Folder of the extract; by default the one that the file names. It is replaced when it is
        one of an earlier mapping.
    progress
        Called after each step with its name, rows and seconds; and, without seconds, while it runs.
    refuse
        Refuse a mapping that does not seem to understand the tables; else its extract is made as it
        is, to be looked at.

    Returns
    -------
    Mapped

    Raises
    ------
    UserError
        When the mapping file, a source or the folder cannot be used, or what it makes of the tables
        cannot; nothing that was not there before is left then.
    """
    file, progress = Path(file), progress or _silent
    mapping = load_mapping(file)
    home = file.parent
    location = mapping.info.location
    root = location if "://" in location else home / location
    folder = Path(out) if out is not None else home / mapping.info.extract
    own_lists = [home / name for name in mapping.info.code_lists]
    read = [file, *own_lists, *sources_of(mapping.tables, root)]
    refuse_over(folder, *read)
    refuse_all_but(folder, MANIFEST, WRITTEN)
    staging = folder.with_name(folder.name + STAGED)
    refuse_over(staging, *read)
    lists = read_code_lists(own_lists, mapping.info.only_own_code_lists)
    with _nothing_left(staging), _room_for(staging):
        copied = staged_tables(mapping.tables, root, staging, progress)
        fingerprint = _fingerprint(mapping, lists.sha256, copied)
        known = read_json(folder / MANIFEST)
        is_whole = all((folder / name).is_file() for name in WRITTEN)
        if (
            is_whole
            and known.get("fingerprint") == fingerprint
            and not any(copy.was_read for copy in copied)
        ):
            made_before = Account(**known["account"])
            _judge(made_before, refuse)
            return Mapped(folder, mapping, made_before, was_unchanged=True)
        with tempfile.TemporaryDirectory(prefix="lncohort-", dir=staging) as work:
            config = {
                "memory_limit": MEMORY,
                "temp_directory": work,
                "preserve_insertion_order": False,
            }
            with duckdb.connect(config=config) as connection:
                connection.execute("SET enable_progress_bar = false")  # it would draw over ours
                found = _make(connection, mapping, lists, copied, progress)
                _judge(found, refuse)
                with written_whole(folder) as made:
                    write_tables(connection, made, progress)
                    manifest = {
                        "fingerprint": fingerprint,
                        "version": version("lncohort"),
                        "code_lists_sha256": lists.sha256,
                        "sources": {
                            table.name: copy.source_hash
                            for table, copy in zip(mapping.tables, copied, strict=True)
                        },
                        "account": asdict(found),
                    }
                    (made / MANIFEST).write_text(
                        json.dumps(manifest, indent=1, ensure_ascii=False, default=str) + "\n",
                        encoding="utf-8",
                    )
        return Mapped(
            folder, mapping, Account(**read_json(folder / MANIFEST)["account"]), was_unchanged=False
        )


def _fingerprint(mapping: Mapping, lists_sha256: str, copied: list[Staged]) -> str:
    parts = [
        version("lncohort"),
        *(file.text for file in sql_files() if file.stage == MAPPING),
        mapping.model_dump_json(),
        lists_sha256,
        *(str(copy.source_hash) for copy in copied),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _judge(account: Account, refuse: bool) -> None:
    faults = unusable(account)
    if refuse and faults:
        raise UserError("\n".join(faults))


@contextmanager
def _nothing_left(staging: Path) -> Iterator[None]:
    """Take the copies of the hospital's rows away where no extract comes of a first run."""
    is_first = not staging.exists()
    try:
        yield
    except BaseException:
        if is_first:
            shutil.rmtree(staging, ignore_errors=True)
        raise


@contextmanager
def _room_for(staging: Path) -> Iterator[None]:
    """Tell a disk that is full, or memory that does not do, as what it is."""
    try:
        yield
    except (*NO_ROOM, StageError) as error:
        cause = error.__cause__ if isinstance(error, StageError) else error
        if not isinstance(cause, NO_ROOM):
            raise
        raise UserError(
            f"{staging}: the work there stopped ({type(cause).__name__}); no extract was made. Make "
            "room on that disk and 2 GB in memory, or choose another place for the extract."
        ) from error


def _silent(step: str, rows: int | None, seconds: float | None) -> None:
    """Nobody looks at the progress."""


def _make(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    lists: CodeLists,
    copied: list[Staged],
    progress: Progress,
) -> Account:
    """Make every mapped table, and the account of what became of the rows."""
    started = time.perf_counter()
    numbered = [
        (number, table, staged.folder)
        for number, (table, staged) in enumerate(zip(mapping.tables, copied, strict=True), start=1)
    ]
    texts = give(connection, numbered)
    given = settings(mapping)
    known_names = code_names(connection, texts)
    above = ancestors(connection, lists, texts)
    names = Names(lists, mapping.names, above, known_names, origins(connection, texts))
    known_strength = strengths(connection, mapping, texts)
    given |= Readings(mapping, texts, names, known_strength).all()
    given["shared_lab"] = shared_contents(connection, "lab")
    make_tables(connection, ["patient_identifier"], given)
    given["patient_replacement"] = patient_replacements(connection)
    given["patient_identifier"] = connection.table("patient_identifier").to_arrow_table()
    make_tables(
        connection,
        [f"mapped_{table.name}" for table in CONTRACT] + ["mapped_status", *SUMMARIES],
        given,
        begun=lambda table: progress(f"map {table.removeprefix('mapped_')}", None, None),
    )
    rows = sum(staged.given.read for staged in copied)
    progress("map", rows, time.perf_counter() - started)
    return account(connection, mapping, [staged.given for staged in copied], known_names)
