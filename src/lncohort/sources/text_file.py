"""The rows of a text file, streamed: decoded, split into fields and counted in one reading."""

import codecs
import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from lncohort.ahead import ahead
from lncohort.errors import UserError
from lncohort.sources.counts import NEVER_CLOSED, TOO_FEW, TOO_MANY, Counts
from lncohort.sources.spec import SourceSpec
from lncohort.sources.text_layout import open_bytes, text_header

CHUNK_BYTES, BLOCK_BYTES = 1 << 22, 1 << 23
END_MARK = "\x1eend of the file\x1e"
UNREADABLE = "\ufffd".encode()
UTF8 = ("utf-8", "utf-8-sig")
AT_REST = (b"", 0)  # of a decoder: no half of a character, nor a mark at the start, is awaited


class TextFile:
    """A text file whose rows can be read as Arrow batches, as often as asked.

    Damaged rows are told by pyarrow's CSV reader, which hands every row with another number of
    fields to a function. A row of our own is put behind the last: where it comes back inside a
    field, a quote was never closed.
    """

    def __init__(self, path: Path, spec: SourceSpec):
        self.path, self.spec = path, spec
        header, self.above = text_header(path, spec)
        self.names = header.names
        self.schema = pa.schema([(name, pa.string()) for name in self.names])

    def batches(self, counts: Counts) -> Iterator[tuple[pa.RecordBatch, np.ndarray]]:
        """Batches of rows, each with the numbers of its rows.

        The first row below the header is 1; damaged rows have numbers too, blank lines have
        none. A cell with nothing in it is missing, one with two quotes is an empty text.

        Raises
        ------
        UserError
            When a row is larger than 8 MiB: then a quote opens and does not close.
        """
        damaged: deque[int] = deque()

        def skip(row: pc.InvalidRow) -> str:
            reason = TOO_FEW if row.actual_columns < row.expected_columns else TOO_MANY
            text, mark, _ = row.text.partition(END_MARK)
            _count_damaged(counts, NEVER_CLOSED if mark else reason, text)
            damaged.append(row.number)
            return "skip"

        number = 1
        with open_bytes(self.path) as file:
            try:
                for batch in ahead(self._reader(file, counts, skip)):
                    batch = _without_mark(batch, counts)
                    numbers = _numbers(number, len(batch), damaged)
                    number = int(numbers[-1]) + 1 if len(numbers) else number
                    yield batch, numbers
            except pa.ArrowInvalid as error:
                raise UserError(
                    f"{self.spec.label}: after row {number - 1}, a row has more than "
                    f"{BLOCK_BYTES >> 20} MiB: a quote ({self.spec.quote}) opens there and is not "
                    "closed; expected quotes in pairs. Correct that line, or set quote to nothing "
                    "where the file quotes no fields."
                ) from error

    def _reader(self, file, counts: Counts, skip) -> pc.CSVStreamingReader:
        text = _without_last_lines(self._utf8(file, counts), self.spec.footer_rows, counts)
        last_row = END_MARK + self.spec.delimiter * (len(self.names) - 1)
        return pc.open_csv(
            io.BufferedReader(_Chunks(text, f"\n{last_row}\n".encode()), CHUNK_BYTES),
            read_options=pc.ReadOptions(
                use_threads=False, column_names=list(self.names), block_size=BLOCK_BYTES
            ),
            parse_options=pc.ParseOptions(
                delimiter=self.spec.delimiter,
                quote_char=self.spec.quote or False,
                newlines_in_values=bool(self.spec.quote),
                invalid_row_handler=skip,
            ),
            convert_options=pc.ConvertOptions(
                column_types=self.schema,
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                null_values=[""],
                check_utf8=False,
            ),
        )

    def _utf8(self, file, counts: Counts) -> Iterator[bytes]:
        """The text below the header as UTF-8, in parts; what is not of the encoding is U+FFFD."""
        decoder = codecs.getincrementaldecoder(self.spec.encoding)(errors="replace")
        above, is_last = self.above, False
        while not is_last:
            part = file.read(CHUNK_BYTES) + file.readline(CHUNK_BYTES)
            is_last = not part
            # What is UTF-8 already need not be decoded, but for the part with the header.
            is_plain = self.spec.encoding in UTF8 and decoder.getstate() == AT_REST and not above
            if not (is_plain and _is_utf8(part)):
                text = decoder.decode(part, final=is_last)
                text, above = text[above:], max(0, above - len(text))
                part = text.encode("utf-8", errors="replace")
            if UNREADABLE[:1] in part:  # one byte is found much faster than three
                counts.unreadable_characters += part.count(UNREADABLE)
            yield part


def _is_utf8(part: bytes) -> bool:
    """Whether bytes are whole characters of UTF-8."""
    try:
        pa.array([part], pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


class _Chunks(io.RawIOBase):
    """Parts of UTF-8, and a last one of ours, as a file."""

    def __init__(self, parts: Iterator[bytes], last: bytes):
        self._parts, self._last, self._left = parts, last, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                part, self._last = self._last, b""
                if not part:
                    return 0
            self._left = memoryview(part)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _without_last_lines(parts: Iterator[bytes], count: int, counts: Counts) -> Iterator[bytes]:
    """The text without its last lines; blank ones go with them and are not counted."""
    if count == 0:
        yield from parts
        return
    held = b""
    for part in parts:
        held += part
        if len(held) > 2 * CHUNK_BYTES:
            yield held[:CHUNK_BYTES]
            held = held[CHUNK_BYTES:]
    # It may begin inside a character.
    text = held.decode("utf-8", "surrogateescape")
    lines = io.StringIO(text, newline="").readlines()
    while lines and counts.footer < count:
        counts.footer += bool(lines.pop().strip())
    yield "".join(lines).encode("utf-8", "surrogateescape")


def _without_mark(batch: pa.RecordBatch, counts: Counts) -> pa.RecordBatch:
    """A batch without the row of ours, or without the row in which it was swallowed."""
    if len(batch) == 0:
        return batch
    first, last = batch[0][-1].as_py(), batch[-1][-1].as_py()
    if first == END_MARK:
        return batch.slice(0, len(batch) - 1)
    text, mark, _ = (last or "").partition(END_MARK)
    if not mark:
        return batch
    _count_damaged(counts, NEVER_CLOSED, text)
    return batch.slice(0, len(batch) - 1)


def _count_damaged(counts: Counts, reason: str, text: str) -> None:
    counts.damaged[reason] += 1
    counts.damaged_lines += max(1, len(text.strip("\r\n").splitlines()))


def _numbers(start: int, rows: int, damaged: deque[int]) -> np.ndarray:
    """The next numbers that are not of damaged rows."""
    end, left_out = start + rows, []
    while damaged and damaged[0] < end:
        left_out.append(damaged.popleft())
        end += 1
    numbers = np.arange(start, end)
    return numbers[~np.isin(numbers, left_out)] if left_out else numbers
