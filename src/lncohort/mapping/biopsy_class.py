"""The ISN/RPS class in the words of a biopsy report."""

import re

from lncohort.texts.plain import plain

SIGNS = {"ⅰ": "i", "ⅱ": "ii", "ⅲ": "iii", "ⅳ": "iv", "ⅴ": "v", "ⅵ": "vi"}
FIGURES = {"1": "i", "2": "ii", "3": "iii", "4": "iv", "5": "v", "6": "vi"}
CLASS = re.compile(r"(?<![a-z0-9])(vi|iv|v|i{1,3}|[1-6])(?![a-z0-9])")
DETAIL = re.compile(r"-?\s*[gs](?![a-z])|\(?[ac](/[ac])?\)", re.IGNORECASE)
INDEX = re.compile(r"(?<![a-z])[ac]i ?[:=为]? ?\d{1,2}(?: ?/ ?\d{1,2})?")  # activity, chronicity
PURE = ("i", "ii", "iii", "iv", "v", "vi")
MIXED = {("iii", "v"): "III+V", ("iv", "v"): "IV+V"}


def read_class(text: str) -> str | None:
    """The ISN/RPS class that a text names, as the data contract writes it.

    ``Ⅳ型``, ``IV-G (A/C)``, ``class 4``, ``Ⅲ+Ⅴ型``; II beside V counts as V, as ISN/RPS 2003 has no
    such mixed class. None where no class, or classes that do not go together, are named.
    """
    simple = plain(text)
    for sign, letters in SIGNS.items():
        simple = simple.replace(sign, letters)
    simple = DETAIL.sub(" ", INDEX.sub(" ", simple))
    simple = re.sub(r"(型|级|class|type|isn|/rps|rps|2003|2018|ln|狼疮性肾炎|分型)", " ", simple)
    named = {FIGURES.get(found, found) for found in CLASS.findall(simple)}
    ordered = tuple(name for name in PURE if name in named)
    if len(ordered) == 1:
        return ordered[0].upper()
    if ordered == ("ii", "v"):
        return "V"
    return MIXED.get(ordered)
