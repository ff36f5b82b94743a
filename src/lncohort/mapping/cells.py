"""What stands in the cells of a hospital's table: each distinct text of a batch is cleaned once."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lncohort.mapping.model import SourceTable
from lncohort.mapping.roles import Kind

BLANKS = " \t\r\n\u00a0\u3000"
TIME_OF_DAY = r"[T ]+(上午|下午)? ?[0-9]{1,2}[:时点].*$"
DAY_AND_TIME = r"^[0-9]{12}([0-9]{2})?$"
FRACTION_OF_A_DAY = r"^([0-9]{5})\.[0-9]+$"
UNIT_OF_QUANTITY = r"^[-+]? ?[0-9.,]+ ?([^0-9.,\s][^0-9]*)$"
ISO_DAY, COMPACT_DAY = 10, 8  # characters of 2019-03-05, and of 20190305
LOOKED_AT = 1000  # rows of a batch
WHOLE = {"patient": r"^(-?[0-9]+)\.0+$", "whole": r"^(-?[0-9]+)\.0+$"}
# Not the 401.0 of ICD-9: a code that was kept as a number has more figures, or is 0.
WHOLE |= dict.fromkeys(("code", "date"), r"^(0|-?[0-9]{4,})\.0+$")
ZERO = r"^0[.,]0+$"  # of an amount; in another a point may part thousands
# Parts with few meanings, which a mapping can tell all.
CODED = ("sex", "route", "unit", "operator", "certainty")
# What programs write for nothing.
NOTHING = (
    "",
    "NULL",
    "null",
    "(null)",
    "\\N",
    "NaN",
    "nan",
    "NaT",
    "NA",
    "<NA>",
    "N/A",
    "#N/A",
    "None",
)


def told(table: SourceTable, role: str, batch: pa.RecordBatch) -> pa.DictionaryArray:
    """The texts of a part: of its first column in which something stands, and empty where none does.

    Of a part with few meanings, a text whose meaning the mapping does not tell gives way to a later
    column where it tells that of others: a concept of a unit that no list has, to the unit's text.

    Parameters
    ----------
    table
        Of the mapping.
    role
        A part that columns of the table play.
    batch
        Rows of the source.
    """
    kind = table.role(role).kind
    meanings = table.values.get(role, {})
    empty = (*NOTHING, *(text for text in meanings if meanings[text] == ""))
    known = [text for text, meaning in meanings.items() if meaning and role in CODED]
    columns = [cleaned(kind, batch[column], empty) for column in table.columns_of(role)]
    if len(columns) == 1:
        return columns[0]
    *earlier, later = (column.dictionary_decode() for column in columns)
    for texts in reversed(earlier):
        stands = pc.not_equal(texts, "")
        if known:
            is_known = pc.is_in(texts, pa.array(known))
            stands = pc.and_(stands, pc.or_(is_known, pc.equal(later, "")))
        later = pc.if_else(stands, texts, later)
    return later.dictionary_encode()


def cleaned(kind: Kind, texts: pa.Array, empty: Collection[str]) -> pa.DictionaryArray:
    """Texts without outer blanks, and without the ``.0`` of a whole number in a column of fractions.

    Parameters
    ----------
    kind
        Of the part that the column plays.
    texts
        Of a column.
    empty
        Texts that are nothing: they become empty.
    """
    given = _few(texts.fill_null(""))
    clean = pc.utf8_trim(given.dictionary, BLANKS)
    if kind == "amount":
        clean = pc.replace_substring_regex(clean, ZERO, "0")
    elif kind in WHOLE and pc.any(pc.match_substring(clean, ".0")).as_py():
        clean = pc.replace_substring_regex(clean, WHOLE[kind], r"\1")
    is_nothing = pc.is_in(clean, pa.array(empty, pa.string()))
    return pa.DictionaryArray.from_arrays(given.indices, pc.if_else(is_nothing, "", clean))


def _few(texts: pa.Array) -> pa.DictionaryArray:
    """Each text once; all as they stand where most seem to differ, as times of day do."""
    first = texts.slice(0, LOOKED_AT)
    if 2 * len(first.unique()) <= len(first):
        return texts.dictionary_encode()
    return pa.DictionaryArray.from_arrays(np.arange(len(texts), dtype=np.int32), texts)


def always(text: str, rows: int) -> pa.DictionaryArray:
    """The same text in every row."""
    return pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pa.array([text]))


def unit_of_quantity(
    quantity: pa.DictionaryArray, beside: pa.DictionaryArray
) -> pa.DictionaryArray:
    """The unit that stands behind a quantity, 2盒; where none does, the one told beside it."""
    given = quantity.dictionary
    has_own = pc.match_substring_regex(given, UNIT_OF_QUANTITY)
    if not pc.any(has_own).as_py():
        return beside
    own = pc.if_else(has_own, pc.replace_substring_regex(given, UNIT_OF_QUANTITY, r"\1"), "")
    own = own.take(quantity.indices)
    told_beside = beside.dictionary_decode()
    return pc.if_else(pc.equal(own, ""), told_beside, own).dictionary_encode()


def days(texts: pa.DictionaryArray) -> pa.DictionaryArray:
    """The day of dates that may have a time: as text, or as a number of a spreadsheet."""
    given = texts.dictionary
    beyond = pc.utf8_slice_codeunits(given, ISO_DAY, ISO_DAY + 1)
    is_long = pc.greater(pc.binary_length(given), COMPACT_DAY)
    is_iso = pc.and_(is_long, pc.is_in(beyond, pa.array([" ", "T"])))
    day = pc.if_else(is_iso, pc.utf8_slice_codeunits(given, 0, ISO_DAY), given)
    is_other = pc.and_not(is_long, is_iso)
    day = pc.replace_with_mask(day, is_other, _other_days(given.filter(is_other)))
    return pa.DictionaryArray.from_arrays(texts.indices, day)


def _other_days(given: pa.Array) -> pa.Array:
    whole = pc.replace_substring_regex(given, FRACTION_OF_A_DAY, r"\1")
    return pc.if_else(
        pc.match_substring_regex(given, DAY_AND_TIME),
        pc.utf8_slice_codeunits(given, 0, COMPACT_DAY),
        pc.replace_substring_regex(whole, TIME_OF_DAY, ""),
    )
