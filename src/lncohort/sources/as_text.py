"""Values of any Arrow type as text, without loss."""

import pyarrow as pa
import pyarrow.compute as pc

LARGEST_WHOLE = 2.0**53  # above it, not every whole number is a double


def as_text(values: pa.Array) -> pa.Array:
    """A column as texts; missing stays missing.

    Dates and times are ISO, with no fraction of a second where there is none; whole numbers have
    no decimals, also where they are kept as doubles; bytes that are no text, and lists and
    records, are written as Python writes them.
    """
    kind = values.type
    if pa.types.is_dictionary(kind):
        values, kind = values.dictionary_decode(), kind.value_type
    if pa.types.is_string(kind):
        return values
    if pa.types.is_floating(kind):
        return _number(values.cast(pa.float64()) if kind == pa.float16() else values)
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        return pc.replace_substring_regex(values.cast(pa.string()), r"\.0+(Z|[+-]\d{4})?$", r"\1")
    try:
        return values.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array([None if value is None else str(value) for value in values.to_pylist()])


def _number(values: pa.Array) -> pa.Array:
    is_whole = pc.and_(
        pc.equal(pc.floor(values), values), pc.less(pc.abs(values), LARGEST_WHOLE)
    ).fill_null(False)
    whole = pc.if_else(is_whole, values, None).cast(pa.int64()).cast(pa.string())
    return pc.if_else(is_whole, whole, values.cast(pa.string()))
