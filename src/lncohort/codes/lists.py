"""The lists themselves: what ships, what a user adds, and what makes a list unusable."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pandas as pd

from lncohort.codes.match import NAMES, normal_code, normal_name
from lncohort.errors import UserError

SHIPPED = "codelists.csv"
COLUMNS = (
    "concept",
    "kind",
    "system",
    "code",
    "match",
    "exclude",
    "needs",
    "name_en",
    "name_zh",
    "unit",
    "note",
    "verified",
)
NEEDED = ("concept", "kind", "system", "code", "match")
KINDS = ("drug", "lab", "diagnosis", "procedure")
MATCHES = ("exact", "prefix", "contains")


@dataclass(frozen=True)
class CodeLists:
    """Rows of code lists.

    Attributes
    ----------
    rows : DataFrame
        Columns :data:`COLUMNS`, all text. ``code`` is a code of its ``system``, or a name where
        the system is ``name_en`` or ``name_zh``; ``match`` says whether a whole value must be it
        (exact), begin with it (prefix) or hold it (contains), and holds none of the texts in
        ``exclude``, which semicolons part; ``needs`` is a concept that the same patient must have
        for the code to count.
    sha256 : str
        Of the files that were read, in their order.
    """

    rows: pd.DataFrame
    sha256: str

    def concepts(self) -> list[str]:
        """The concepts, in the order of the lists."""
        return list(dict.fromkeys(self.rows["concept"]))


def read_code_lists(own: Sequence[Path] = (), only_own: bool = False) -> CodeLists:
    """Read the lists that ship, and a user's own.

    Parameters
    ----------
    own
        CSV files with the columns of the shipped list; those after ``match`` may be left out.
    only_own
        Leave the shipped list aside.

    Raises
    ------
    UserError
        When a file cannot be read, lacks a column, holds a row of another form or twice, or when
        one code would stand for two concepts; every fault at once.
    """
    sources = [] if only_own else [(SHIPPED, files("lncohort.codes").joinpath(SHIPPED))]
    sources += [(str(path), Path(path)) for path in own]
    if not sources:
        raise UserError("no code list is left: name a file of your own, or keep the shipped list")
    digest, parts, faults = hashlib.sha256(), [], []
    for name, source in sources:
        try:
            content = source.read_bytes()
        except OSError as error:
            raise UserError(f"{name}: cannot be read ({error.strerror})") from error
        digest.update(content)
        part, own_faults = _read(name, content)
        parts.append(part)
        faults += own_faults
    rows = pd.concat(parts, ignore_index=True)
    if not faults:
        faults = _contradictions(rows)
    if faults:
        raise UserError("\n".join(faults))
    return CodeLists(rows.drop(columns="place"), digest.hexdigest())


def _read(name: str, content: bytes) -> tuple[pd.DataFrame, list[str]]:
    """The rows of one file with their places, and what is wrong with them."""
    try:
        table = pd.read_csv(
            io.BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    except (UnicodeDecodeError, ValueError, pd.errors.ParserError) as error:
        told = str(error).splitlines()[0]
        raise UserError(
            f"{name}: expected a CSV file in UTF-8; found otherwise ({told})"
        ) from error
    missing = [column for column in NEEDED if column not in table]
    unknown = [str(column) for column in table if column not in COLUMNS]
    if missing or unknown:
        wrong = [f"lacks the column {column}" for column in missing]
        wrong += [f"has the unknown column {column}" for column in unknown]
        raise UserError(f"{name}: {'; '.join(wrong)}; expected {', '.join(COLUMNS)}")
    table = table.reindex(columns=list(COLUMNS), fill_value="").apply(lambda c: c.str.strip())
    table["place"] = [f"{name}, line {line}" for line in range(2, len(table) + 2)]
    faults = []
    for row in table.itertuples():
        for column, allowed in (("kind", KINDS), ("match", MATCHES)):
            found = getattr(row, column)
            if found not in allowed:
                expected = ", ".join(allowed)
                faults.append(f'{row.place}: {column} is "{found}", expected one of {expected}')
        faults += [
            f"{row.place}: {column} is empty"
            for column in ("concept", "system", "code")
            if not getattr(row, column)
        ]
        if row.match == "contains" and row.system not in NAMES:
            faults.append(f'{row.place}: match "contains" is of names, found system {row.system}')
    return table, faults


def _contradictions(rows: pd.DataFrame) -> list[str]:
    """Codes that stand for two concepts, and rows that are there twice."""
    normal = [
        normal_name(code) if system in NAMES else normal_code(code)
        for code, system in zip(rows["code"], rows["system"], strict=True)
    ]
    language_free = rows["system"].where(~rows["system"].isin(NAMES), "name")
    keyed = rows.assign(normal=normal, of=language_free)
    keys = ["kind", "of", "normal", "match"]
    several = keyed[keyed.duplicated(keys, keep=False)]
    faults = []
    for (_, _, _, match), group in several.groupby(keys, sort=False):
        concepts = list(dict.fromkeys(group["concept"]))
        if len(concepts) > 1:
            faults.append(
                f"{group['place'].iloc[-1]}: {group['code'].iloc[-1]} ({match}) stands for "
                f"{' and '.join(concepts)} ({group['place'].iloc[0]}); keep one"
            )
        elif group.duplicated(["concept", "system"]).any():
            faults.append(
                f"{group['place'].iloc[-1]}: {group['code'].iloc[-1]} stands there twice "
                f"({group['place'].iloc[0]}); keep one"
            )
    return faults
