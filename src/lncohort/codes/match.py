"""Which concept a code or a name of an extract stands for."""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

MARKS = re.compile(r"[.\s†‡*+]|[xX]\d{3}$")
NAMES = ("name_en", "name_zh")


class Match(NamedTuple):
    """What a name or a code stands for.

    ``system`` is that of the row that matched; ``needs`` a concept that the same patient must have
    for it to count, empty for most.
    """

    concept: str
    system: str
    needs: str


def normal_name(text: str) -> str:
    """A name without case, width and outer blanks; inner blanks as one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normal_code(text: str) -> str:
    """A code without dots, daggers and blanks, and without the suffix of Chinese editions."""
    return MARKS.sub("", unicodedata.normalize("NFKC", text).strip()).upper()


Matcher = Callable[[str], Match | None]


def matcher_of_names(rows: pd.DataFrame, kind: str) -> Matcher:
    """What finds the concept of a name: the first that :func:`matcher_of_all_names` finds."""
    find_all = matcher_of_all_names(rows, kind)
    return lambda name: next(iter(find_all(name)), None)


def matcher_of_all_names(rows: pd.DataFrame, kind: str) -> Callable[[str], tuple[Match, ...]]:
    """What finds every concept that a name holds: 系统性红斑狼疮性肾炎 is of two.

    A whole name goes before a part of one, a longer part before a shorter, which does not count
    within the longer; nor does a part where the name holds a text that its row excludes (an
    ointment is no tablet).

    Parameters
    ----------
    rows : DataFrame
        As :class:`lncohort.codes.CodeLists` holds them.
    kind : str
        drug, lab, diagnosis or procedure: the same name may be a drug here and a level there.
    """
    own = rows[(rows["kind"] == kind) & rows["system"].isin(NAMES)]
    whole, parts = {}, []
    for row in own.itertuples():
        code = normal_name(row.code)
        excluded = [normal_name(text) for text in row.exclude.split(";") if text.strip()]
        match = Match(row.concept, row.system, row.needs)
        if row.match == "exact":
            whole[code] = match
        else:
            parts.append((code, row.match, excluded, match))
    parts.sort(key=lambda part: -len(part[0]))

    def find_all(name: str) -> tuple[Match, ...]:
        text = normal_name(name)
        if text in whole:
            return (whole[text],)
        found: dict[str, Match] = {}
        spans: list[tuple[int, int]] = []
        for code, how, excluded, match in parts:
            at = 0 if how == "prefix" and text.startswith(code) else text.find(code)
            if at < 0 or (how == "prefix" and at > 0) or any(other in text for other in excluded):
                continue
            if not any(begin <= at and at + len(code) <= end for begin, end in spans):
                spans.append((at, at + len(code)))
                found.setdefault(match.concept, match)
        return tuple(found.values())

    return find_all


def matcher_of_codes(rows: pd.DataFrame, kind: str, system: str) -> Matcher:
    """What finds the concept of a code; the longest prefix goes before a shorter.

    Parameters
    ----------
    rows : DataFrame
        As :class:`lncohort.codes.CodeLists` holds them.
    kind : str
        Codes of procedures and of diagnoses may collide once their dots are gone.
    system : str
        ATC, RxNorm, OMOP, LOINC, ICD-10, ICD-10-CM or ICD-9-CM.
    """
    own = rows[(rows["kind"] == kind) & (rows["system"] == system)]
    exact, prefixes = {}, []
    for row in own.itertuples():
        code, match = normal_code(row.code), Match(row.concept, system, row.needs)
        if row.match == "exact":
            exact[code] = match
        else:
            prefixes.append((code, match))
    prefixes.sort(key=lambda item: -len(item[0]))

    def find(code: str) -> Match | None:
        text = normal_code(code)
        return exact.get(text) or next(
            (match for prefix, match in prefixes if text.startswith(prefix)), None
        )

    return find
