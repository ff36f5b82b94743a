"""Which concept a name or a code of the hospital stands for, and by what it was found."""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from lncohort.codes import CodeLists
from lncohort.codes.match import NAMES, Matcher, matcher_of_codes, matcher_of_names, normal_name

BY_MAPPING = "mapping file"
BY_CONCEPT = "name of the concept"
URINE = ("尿", "urin")
METHOD = re.compile(r"\([^()]*法\)")
BLOOD = ("血", "serum", "plasma", "blood")


class Found(NamedTuple):
    """A concept, by which list it was found, and the concept that it needs beside it."""

    concept: str
    by: str
    needs: str = ""


def dialysis_or_graft(names: "Names", text: str) -> Found | None:
    """Dialysis and transplantation have one name as a diagnosis and as a procedure."""
    found = names.of_name("diagnosis", text)
    return found if found and found.concept in ("dialysis", "kidney_transplant") else None


class Names:
    """The names that a mapping file gives, then the code lists.

    Parameters
    ----------
    lists
        The code lists.
    own
        By kind (drug, lab, diagnosis, procedure): names or codes of the hospital and their concepts.
    ancestors
        Codes of the general concepts above a code (OMOP).
    """

    def __init__(
        self,
        lists: CodeLists,
        own: Mapping[str, Mapping[str, str]],
        ancestors: Mapping[str, set[str]],
    ):
        self._rows = lists.rows
        self._own = {
            kind: {normal_name(name): concept for name, concept in names.items()}
            for kind, names in own.items()
        }
        self._ancestors = ancestors
        self._concepts = {
            kind: frozenset(rows["concept"]) for kind, rows in lists.rows.groupby("kind")
        }
        self._by_name = cache(lambda kind: matcher_of_names(self._rows, kind))
        self._by_code = cache(lambda kind, system: matcher_of_codes(self._rows, kind, system))

    def of_name(self, kind: str, name: str) -> Found | None:
        """The concept of a name: by the mapping file, by the concept's own name, or by the lists."""
        text = normal_name(name)
        if not text:
            return None
        if text in self._own.get(kind, {}):
            return Found(self._own[kind][text], BY_MAPPING)
        if text in self._concepts.get(kind, ()):
            return Found(text, BY_CONCEPT)
        match = self._by_name(kind)(name)
        return None if match is None else Found(*match)

    def of_code(self, kind: str, system: str | None, code: str) -> Found | None:
        """The concept of a code, or the one concept that stands above it."""
        text = normal_name(code)
        if not text:
            return None
        if text in self._own.get(kind, {}):
            return Found(self._own[kind][text], BY_MAPPING)
        if system is None:
            return None
        find: Matcher = self._by_code(kind, system)
        match = find(code)
        if match is None:
            above = {found for a in self._ancestors.get(code, ()) if (found := find(a))}
            match = above.pop() if len(above) == 1 else None
        return None if match is None else Found(*match)

    def is_look_alike(self, kind: str, concept: str, name: str) -> bool:
        """Whether a name holds what the lists exclude from a concept: an ointment is no tablet."""
        rows = self._rows
        own = rows[
            (rows["kind"] == kind) & (rows["concept"] == concept) & rows["system"].isin(NAMES)
        ]
        excluded = {t.strip() for cell in own["exclude"] for t in cell.split(";") if t.strip()}
        return any(normal_name(part) in normal_name(name) for part in excluded)

    def of_test(self, system: str | None, name: str, code: str, specimen: str) -> Found | None:
        """The concept of a laboratory test, which must be one of its specimen.

        A test of urine is not found for a specimen of blood, nor the other way round: 肌酐 in urine
        is no serum creatinine. Where the name alone tells nothing, it is read with its specimen
        before it (24小时尿 + 蛋白定量), and then without the method in brackets: 白蛋白(溴甲酚绿法).
        """
        told = normal_name(specimen)
        of_urine = any(word in told for word in URINE)
        of_blood = any(word in told for word in BLOOD) and not of_urine
        candidates = (
            self.of_code("lab", system, code),
            self.of_name("lab", name),
            self.of_name("lab", specimen + name),
            self.of_name("lab", METHOD.sub("", normal_name(name))),
        )
        for found in candidates:
            if found is None:
                continue
            needs_urine = found.concept.startswith("urine_")
            contradicts = of_blood if needs_urine else of_urine
            if found.by == BY_MAPPING or not contradicts:
                return found
        return None
