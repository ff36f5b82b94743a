"""What stands in the cells of a hospital's table: each distinct text of a batch is cleaned once."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lncohort.mapping.model import SourceTable
from lncohort.mapping.roles import Kind
from lncohort.mapping.words import FIGURES_OF_CONCEPT
from lncohort.texts.numbers import DecimalMark

BLANKS = " \t\r\n\u00a0\u3000"
TIME_OF_DAY = r"(?:[T ]+|(日))(?:上午|下午|凌晨|早上|中午|晚上)? ?[0-9]{1,2}[:时点].*$"
DAY_AND_TIME = r"^[0-9]{12}([0-9]{2})?$"
FRACTION_OF_A_DAY = r"^([0-9]{5})\.[0-9]+$"
UNIT_OF_QUANTITY = r"^[-+]? ?[0-9.,]+ ?([^0-9.,\s][^0-9]*)$"
ISO_DAY, COMPACT_DAY = 10, 8  # characters of 2019-03-05, and of 20190305
LONGEST_DATE = 64
ISO_HYPHENS, HYPHEN = (4, 7), ord("-")
BEFORE_TIME, LAST_ASCII = (ord(" "), ord("T")), 127
PLAIN_NUMBER = {".": r"^-?([0-9]{1,12}(\.[0-9]*)?|\.[0-9]+)$", ",": r"^-?[0-9]{1,12}$"}
CODE_OF_OPERATOR = rf"^[0-9]{{{FIGURES_OF_CONCEPT},}}$"
FROM_NUMBER_ON = r"(?s)[0-9０-９.,．，].*$"
PLACES, LONG_FRACTION = 6, r"\.[0-9]{7,}$"
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
    given = texts.fill_null("")
    # Most patients of a batch differ where its rows are in no order.
    given = each(given) if kind == "patient" else given.dictionary_encode()
    clean = pc.utf8_trim(given.dictionary, BLANKS)
    if kind == "amount":
        clean = pc.replace_substring_regex(clean, ZERO, "0")
    elif kind in WHOLE and pc.any(pc.match_substring(clean, ".0")).as_py():
        clean = pc.replace_substring_regex(clean, WHOLE[kind], r"\1")
    is_nothing = pc.is_in(clean, pa.array(empty, pa.string()))
    return pa.DictionaryArray.from_arrays(given.indices, pc.if_else(is_nothing, "", clean))


def each(texts: pa.Array) -> pa.DictionaryArray:
    """All texts as they stand, be they the same or not."""
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


def before_numbers(texts: pa.DictionaryArray, meanings: Collection[str]) -> pa.DictionaryArray:
    """What stands before the number of a text: the < of <0.05.

    Parameters
    ----------
    texts
        Of a column.
    meanings
        Texts that the mapping tells the meaning of: they stay whole, as codes do.
    """
    given = texts.dictionary
    is_code = pc.match_substring_regex(given, CODE_OF_OPERATOR)
    is_told = pc.or_(is_code, pc.is_in(given, pa.array([*meanings], pa.string())))
    before = pc.replace_substring_regex(given, FROM_NUMBER_ON, "")
    return pa.DictionaryArray.from_arrays(texts.indices, pc.if_else(is_told, given, before))


def plain_numbers(
    texts: pa.DictionaryArray, decimal_mark: DecimalMark, meanings: Collection[str]
) -> tuple[pa.Array, pa.DictionaryArray]:
    """Plain numbers as such (float64, null where there is none), and the other texts (else empty).

    A plain number has up to 12 figures before the decimal mark, and is kept to six behind it.

    Parameters
    ----------
    texts
        Of a column.
    decimal_mark
        Of the table; where it is a comma, a number with a point is not plain.
    meanings
        Texts that the mapping tells the meaning of: they are not plain.
    """
    given = texts.dictionary
    is_plain = pc.match_substring_regex(given, PLAIN_NUMBER[decimal_mark])
    if meanings:
        is_plain = pc.and_not(is_plain, pc.is_in(given, pa.array([*meanings], pa.string())))
    plain = given.filter(is_plain)
    is_long = pc.match_substring_regex(plain, LONG_FRACTION)
    numbers = plain.cast(pa.float64())
    numbers = pc.if_else(is_long, pc.round(numbers, PLACES), numbers)
    places = pc.if_else(is_plain, pc.cumulative_sum(is_plain.cast(pa.int32())), None)
    numbers = numbers.take(pc.subtract(places, 1))
    others = pc.if_else(is_plain, "", given)
    return (
        numbers.take(texts.indices),
        pa.DictionaryArray.from_arrays(texts.indices, others),
    )


def told_days(
    table: SourceTable, role: str, batch: pa.RecordBatch
) -> tuple[pa.DictionaryArray, pa.DictionaryArray]:
    """The day of a date that may have a time, as text or as a spreadsheet's number; and the rest.

    Of other forms than 2019-03-05 08:30 and 2019-03-05T08:30, the rest is the whole text.

    Parameters
    ----------
    table, role, batch
        As of :func:`told`.
    """
    columns = table.columns_of(role)
    texts = batch[columns[0]]
    if len(columns) > 1 or role in table.values or not _are_iso(texts):
        return days(told(table, role, batch))
    # Of times most differ; of days few, and of times of a day.
    given = texts.fill_null("").cast(pa.binary())
    parts = (pc.binary_slice(given, 0, ISO_DAY), pc.binary_slice(given, ISO_DAY, LONGEST_DATE))
    day, time = (cleaned("text", part.cast(pa.string()), ()) for part in parts)
    return day, time


def days(
    texts: pa.DictionaryArray,
) -> tuple[pa.DictionaryArray, pa.DictionaryArray]:
    """As :func:`told_days`, of texts that are clean."""
    given = texts.dictionary
    beyond = pc.utf8_slice_codeunits(given, ISO_DAY, ISO_DAY + 1)
    is_long = pc.greater(pc.binary_length(given), COMPACT_DAY)
    is_iso = pc.and_(is_long, pc.is_in(beyond, pa.array([" ", "T"])))
    day = pc.if_else(is_iso, pc.utf8_slice_codeunits(given, 0, ISO_DAY), given)
    is_other = pc.and_not(is_long, is_iso)
    day = pc.replace_with_mask(day, is_other, _other_days(given.filter(is_other)))
    time = pc.utf8_trim(pc.utf8_slice_codeunits(given, ISO_DAY, None), BLANKS)
    rest = pc.if_else(is_iso, time, pc.if_else(pc.equal(day, given), "", given))
    return tuple(pa.DictionaryArray.from_arrays(texts.indices, part) for part in (day, rest))


def _are_iso(texts: pa.Array) -> bool:
    """Whether all texts that are not empty begin with a day as 2019-03-05, and end there or go on
    with a time.
    """
    if texts.null_count == len(texts):
        return False
    _, offsets, content = texts.buffers()
    signs = np.frombuffer(content or b"", np.uint8)
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    begin, length = bounds[:-1], np.diff(bounds)
    begin, length = begin[length > 0], length[length > 0]
    if len(begin) == 0 or length.min() < ISO_DAY or length.max() > LONGEST_DATE:
        return False
    if signs[bounds[0] : bounds[-1]].max() > LAST_ASCII:
        return False
    beyond = signs[begin[length > ISO_DAY] + ISO_DAY]
    hyphens = (signs[begin + place] for place in ISO_HYPHENS)
    return all((found == HYPHEN).all() for found in hyphens) and bool(
        np.isin(beyond, BEFORE_TIME).all()
    )


def _other_days(given: pa.Array) -> pa.Array:
    whole = pc.replace_substring_regex(given, FRACTION_OF_A_DAY, r"\1")
    return pc.if_else(
        pc.match_substring_regex(given, DAY_AND_TIME),
        pc.utf8_slice_codeunits(given, 0, COMPACT_DAY),
        pc.replace_substring_regex(whole, TIME_OF_DAY, r"\1"),
    )
