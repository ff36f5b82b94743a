"""The shape of a value: what may be shown of it where the value itself may not."""

import unicodedata

LONGEST = 24


def shape(text: str) -> str:
    """The shape of a value, as ``AAAA-99``.

    Letters become A, digits 9, Chinese characters 汉, each as many as there were; blanks of any
    kind become one plain blank and control characters ?; other signs stay. A shape is cut at 24
    characters. A shape that few rows have may still point to one: the caller leaves it out.
    """
    return "".join(_sign(sign) for sign in text[:LONGEST])


def _sign(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind[0] == "N":
        return "9"
    if kind == "Lo":
        return "汉"
    if kind[0] in "LM":
        return "A"
    if sign.isspace():
        return " "
    return "?" if kind[0] == "C" else sign
