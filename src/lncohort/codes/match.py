"""Which concept a code or a name of an extract stands for."""

import re
import unicodedata
from collections.abc import Iterable

import pandas as pd

MARKS = re.compile(r"[.\s†‡*+]|[xX]\d{3}$")
NAMES = ("name_en", "name_zh")


def normal_name(text: str) -> str:
    """A name without case, width and outer blanks; inner blanks as one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normal_code(text: str) -> str:
    """A code without dots, daggers and blanks, and without the suffix of Chinese editions."""
    return MARKS.sub("", unicodedata.normalize("NFKC", text).strip()).upper()


def concepts_of_names(rows: pd.DataFrame, kind: str, names: Iterable[str]) -> dict[str, str]:
    """The concept of each name that has one.

    A whole name goes before a part of one, a longer part before a shorter; a part does not count
    where the name holds a text that its row excludes (an ointment is no tablet).

    Parameters
    ----------
    rows : DataFrame
        As :class:`lncohort.codes.CodeLists` holds them.
    kind : str
        drug, lab, diagnosis or procedure: the same name may be a drug here and a level there.
    names
        Distinct names as they stand in an extract.
    """
    own = rows[(rows["kind"] == kind) & rows["system"].isin(NAMES)]
    whole, parts = {}, []
    for row in own.itertuples():
        code = normal_name(row.code)
        excluded = [normal_name(text) for text in row.exclude.split(";") if text.strip()]
        if row.match == "exact":
            whole[code] = row.concept
        else:
            parts.append((code, row.match, excluded, row.concept))
    parts.sort(key=lambda part: -len(part[0]))
    found = {}
    for name in names:
        text = normal_name(name)
        concept = whole.get(text) or next(
            (
                concept
                for code, match, excluded, concept in parts
                if (text.startswith(code) if match == "prefix" else code in text)
                and not any(other in text for other in excluded)
            ),
            None,
        )
        if concept is not None:
            found[name] = concept
    return found


def concepts_of_codes(
    rows: pd.DataFrame, kind: str, system: str, codes: Iterable[str]
) -> dict[str, str]:
    """The concept of each code that has one; the longest prefix goes before a shorter.

    Parameters
    ----------
    rows : DataFrame
        As :class:`lncohort.codes.CodeLists` holds them.
    kind : str
        Codes of procedures and of diagnoses may collide once their dots are gone.
    system : str
        ATC, RxNorm, OMOP, LOINC, ICD-10, ICD-10-CM or ICD-9-CM.
    codes
        Distinct codes as they stand in an extract, with or without dots.
    """
    own = rows[(rows["kind"] == kind) & (rows["system"] == system)]
    normal = [normal_code(code) for code in own["code"]]
    listed = list(zip(normal, own["match"], own["concept"], strict=True))
    exact = {code: concept for code, match, concept in listed if match == "exact"}
    prefixes = sorted(
        ((code, concept) for code, match, concept in listed if match == "prefix"),
        key=lambda item: -len(item[0]),
    )
    found = {}
    for code in codes:
        text = normal_code(code)
        concept = exact.get(text) or next(
            (concept for prefix, concept in prefixes if text.startswith(prefix)), None
        )
        if concept is not None:
            found[code] = concept
    return found
