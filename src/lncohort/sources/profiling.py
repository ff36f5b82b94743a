"""What the columns of a table look like, for guessing what they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from lncohort.sources.layout import SOURCE_ROW

SAMPLE_ROWS, SAMPLE_CELLS = 200_000, 20_000_000
SHAPE_CHARACTERS = 40
SHAPES = (
    (r"[\p{Ll}\p{Lt}\p{Lm}]", "a"),
    (r"\p{Lu}", "A"),
    (r"\p{N}", "9"),
    (r"\p{Lo}", "字"),
)


@dataclass(frozen=True)
class ColumnProfile:
    """What a column holds in the first rows of its table.

    Attributes
    ----------
    name
        Of the column.
    rows, filled, distinct
        Rows looked at, those with more than blanks, and how many different texts these have.
    shapes
        The commonest shapes and their rows: ``A`` stands for a capital letter, ``a`` for a small
        one, ``字`` for a Chinese character (or one of a script without capitals), ``9`` for a
        digit; at most 40 characters.
    texts
        The commonest texts and their rows: for guessing only, never to be shown.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    shapes: tuple[tuple[str, int], ...]
    texts: tuple[tuple[str, int], ...] = field(repr=False)


def profile(
    files: Sequence[duckdb.DuckDBPyRelation], shapes: int = 10, texts: int = 1000
) -> tuple[ColumnProfile, ...]:
    """Look at every column of a table, in one reading of the first rows of each of its files.

    These are the first 200,000, or fewer where the table has more than 100 columns (20 million
    cells are looked at); of several files, as many of each. Numbers are exact for these rows, and
    say nothing of those below.

    Parameters
    ----------
    files
        Each as :func:`open_rows` gives it; with the same columns, in any order.
    shapes, texts
        How many shapes and texts to keep of each column. As common ones are in the order of
        their characters.
    """
    names = files[0].columns
    rows = max(1, min(SAMPLE_ROWS, SAMPLE_CELLS // len(names)) // len(files))
    sample = pa.concat_tables(file.limit(rows).to_arrow_table().select(names) for file in files)
    return tuple(
        _column(name, sample[name].combine_chunks(), shapes, texts)
        for name in names
        if name != SOURCE_ROW
    )


def _column(name: str, values: pa.Array, shapes: int, texts: int) -> ColumnProfile:
    filled = values.filter(pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(values)), 0))
    counted = filled.value_counts()
    distinct, counts = counted.field("values"), counted.field("counts")
    return ColumnProfile(
        name=name,
        rows=len(values),
        filled=len(filled),
        distinct=len(distinct),
        shapes=_commonest(_shape(distinct), counts, shapes),
        texts=_commonest(distinct, counts, texts),
    )


def _shape(texts: pa.Array) -> pa.Array:
    shape = pc.utf8_slice_codeunits(texts, 0, SHAPE_CHARACTERS)
    for pattern, letter in SHAPES:
        shape = pc.replace_substring_regex(shape, pattern, letter)
    return shape


def _commonest(texts: pa.Array, counts: pa.Array, most: int) -> tuple[tuple[str, int], ...]:
    table = pa.table({"text": texts, "rows": counts}).group_by("text").aggregate([("rows", "sum")])
    order = [("rows_sum", "descending"), ("text", "ascending")]
    first = table.take(pc.select_k_unstable(table, min(most, len(table)), sort_keys=order))
    return tuple(zip(first["text"].to_pylist(), first["rows_sum"].to_pylist(), strict=True))
