"""What a text file looks like: delimiter, header line and footer lines."""

import csv
import gzip
import io
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lncohort.errors import UserError
from lncohort.sources.encoding import find_encoding
from lncohort.sources.layout import Header, Row, filled, find_header, footer_rows, header_of
from lncohort.sources.spec import SourceSpec

DELIMITERS = (",", ";", "\t", "|")
HEAD_CHARACTERS, TAIL_BYTES, ROWS_LOOKED_AT = 1 << 20, 1 << 16, 500
QUOTED = "the end of a quoted text that runs over lines"


def open_bytes(path: Path) -> IO[bytes]:
    """A file's bytes, unpacked where it is gzip'd."""
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


def text_layout(path: Path, name: str) -> tuple[SourceSpec, Header]:
    """How a text file is read, from its first and last lines.

    Parameters
    ----------
    path
        The file.
    name
        What the spec calls it.
    """
    with open_bytes(path) as file:
        encoding = find_encoding(path, file)
    head = read_head(path, encoding)
    delimiter = _delimiter(head)
    lines = list(_rows(head, delimiter, '"'))
    rows = [row for _, row in lines]
    index = find_header(rows)
    header = header_of(rows, index)
    tail, cut_off = _tail(path, encoding)
    last = [
        [cell.strip('"') for cell in row] if "".join(row).count('"') % 2 == 0 else [QUOTED] * 2
        for _, row in _rows(tail, delimiter, "")
    ]
    below = 0 if index is None else index + 1
    if len(lines) < ROWS_LOOKED_AT:
        last = last[-max(sum(1 for row in rows[below:] if row), 1) :] if rows[below:] else []
    spec = SourceSpec(
        path=name,
        format="text",
        encoding=encoding,
        delimiter=delimiter,
        quote="" if _quotes_nothing(head, delimiter) else '"',
        header_row=None if index is None else lines[index][0],
        footer_rows=footer_rows(last, len(header.names), cut_off),
    )
    return spec, header


def text_header(path: Path, spec: SourceSpec) -> tuple[Header, int]:
    """The names of the columns as the spec says, and how many characters stand above the rows.

    Raises
    ------
    UserError
        When no row begins at the line where the spec has the names.
    """
    head = read_head(path, spec.encoding)
    lines = list(_rows(head, spec.delimiter, spec.quote))
    rows = [row for _, row in lines]
    if spec.header_row is None:
        return header_of(rows, None), 0
    index = next((at for at, (line, _) in enumerate(lines) if line == spec.header_row), None)
    if index is None:
        raise UserError(
            f"{spec.label}: header_row: {spec.header_row}; no row begins at that line of the "
            f"first {len(lines)} rows. Give the line with the names of the columns."
        )
    data_line = lines[index + 1][0] if index + 1 < len(lines) else None
    if data_line is None:
        return header_of(rows, index), len(head)
    above = sum(len(line) for line in _lines(head, data_line - 1))
    return header_of(rows, index), above


def read_head(path: Path, encoding: str) -> str:
    """The first characters of a file, and no more of its last line than stands in them.

    Raises
    ------
    UserError
        When it lacks the mark at its start that the encoding needs.
    """
    try:
        with (
            open_bytes(path) as file,
            io.TextIOWrapper(file, encoding, errors="replace", newline="") as text,
        ):
            return text.read(HEAD_CHARACTERS)
    except UnicodeError as error:
        with open_bytes(path) as file:
            found = find_encoding(path, file)
        raise UserError(
            f"{path.name}: encoding: {encoding}; found a text that does not begin as one; it looks "
            f"like {found}. Correct the key encoding."
        ) from error


def _lines(head: str, count: int) -> Iterator[str]:
    for _, line in zip(range(count), io.StringIO(head, newline=""), strict=False):
        yield line


def _rows(text: str, delimiter: str, quote: str) -> Iterator[tuple[int, Row]]:
    """The first rows of a text, with the line at which each begins; blank lines are empty rows."""
    style = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **style)
    line = 1
    try:
        for _, row in zip(range(ROWS_LOOKED_AT), reader, strict=False):
            yield line, row
            line = reader.line_num + 1
    except csv.Error:
        return


def _quotes_nothing(head: str, delimiter: str) -> bool:
    """Whether a quote stands, alone, inside a field that does not begin with one: 1" luer.

    A writer that quotes would have quoted that field, and doubled the quote; one before a delimiter
    may close what has delimiters in it. A quote at the start of another field opens nothing either
    where tabs, which no text has, are between them; where commas are, it may.
    """
    end = rf"[{re.escape(delimiter)}\r\n]"
    bare = rf'(^|{end})[^"{re.escape(delimiter)}\r\n]+"(?!"| *{end}| *$)'
    may_open = delimiter != "\t" and re.search(rf'(^|{end}) *"', head) is not None
    return re.search(bare, head) is not None and not may_open


def _delimiter(head: str) -> str:
    """The delimiter by which most rows have the same number of fields, and more than one."""

    def fit(delimiter: str) -> tuple[float, int]:
        rows = [row for _, row in _rows(head, delimiter, '"') if filled(row)]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            return 0.0, 0
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        return round(count / len(rows), 2), width

    return max(DELIMITERS, key=fit)


def _tail(path: Path, encoding: str) -> tuple[str, bool]:
    """The last lines of a file, and whether the very last has no end of line."""
    if path.suffix.lower() == ".gz":
        with open_bytes(path) as file:
            last = b""
            while part := file.read(1 << 22):
                last = (last + part)[-TAIL_BYTES:]
        whole = len(last) < TAIL_BYTES
    else:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = max(0, size - TAIL_BYTES)
            file.seek(start - start % 2)
            last = file.read()
        whole = start == 0
    if encoding == "utf-16" and not whole:
        with path.open("rb") as file:
            encoding = "utf-16-le" if file.read(2) == b"\xff\xfe" else "utf-16-be"
    text = last.decode(encoding, errors="replace")
    cut_off = not text.endswith(("\n", "\r"))
    if not whole:
        text = text[max(text.find("\n"), text.find("\r") if "\n" not in text else -1) + 1 :]
    return "\n".join(text.splitlines()[-ROWS_LOOKED_AT + 1 :]), cut_off
