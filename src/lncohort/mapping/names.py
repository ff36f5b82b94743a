"""Which concept a name or a code of the hospital stands for, and by what it was found."""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from lncohort.codes import CodeLists
from lncohort.codes.match import (
    NAMES,
    Matcher,
    matcher_of_all_names,
    matcher_of_codes,
    normal_name,
)

BY_MAPPING = "mapping file"
BY_CONCEPT = "name of the concept"
URINE = ("尿", "urin")
OWN_CONCEPTS = 2_000_000_000
UCUM = "UCUM"  # the system of units
BLOOD = ("血", "serum", "plasma", "blood")
SPOT_URINE = ("随机", "晨尿", "晨起", "中段", "spot", "random")
OTHER_FLUIDS = (
    *(
        "脑脊液",
        "胸水",
        "腹水",
        "胸腹水",
        "积液",
        "胸腔",
        "腹腔",
        "关节",
        "透析液",
        "腹透",
        "引流",
        "粪",
        "便",
        "痰",
    ),
    *(
        "胆汁",
        "羊水",
        "唾液",
        "骨髓",
        "灌洗",
        "csf",
        "pleural",
        "ascit",
        "dialysate",
        "stool",
        "sputum",
    ),
)
NOT_OF_URINE = re.compile("尿素氮?|尿酸|尿毒")  # of the blood, as in a panel: 肾功能(尿素、肌酐)
IN_URINE = re.compile("^尿液?")
METHOD = re.compile(r"\([^()]*法\)")
MARKS = " *★☆▲△#●◆"
ASSAY = re.compile("(?:测定|检测)$")
URGENT = re.compile("^急诊[- ]?")
# A name with its abbreviation: 血红蛋白(HGB), 肌酐 Cr, CREA(肌酐), 补体3(C3).
WITH_SHORT = re.compile(
    r"(?P<name>[^()]*[\u3400-\u9fff]\d?)[ (]*(?P<short>[a-z][a-z0-9-]*)\)?"
    r"|(?P<short_first>[a-z][a-z0-9-]*)[ (]*(?P<name_last>[\u3400-\u9fff][^()]*)\)?"
)
# The class of a nephritis behind its name: LN-IV, LN(IV+V), LN IV-G(A/C).
CLASS = re.compile(
    r"(?<=ln)[ -]?\(?(?:iv|v|vi|i{1,3})(?:-[gs])?(?: ?[+] ?v)?(?: ?\([ac](?:/[ac])?\))?(?:[+]v)?[型级类]?\)?$"
)
# SLE(LN), SLE伴LN, LN(IV型): abbreviations, and nothing beside them that may make them others.
SHORTS = re.compile(r"(?:[a-z]{2,8}|[ ()/-]|伴|合并|并|及|和|[ivⅰ-ⅵ]{1,4}[型级])+")
SHORT = re.compile(r"[a-z]{2,8}(?![a-z]|[型级])")
# ICD10CM:M32.14, ATC|L04AD02
SYSTEM_FIRST = re.compile(r"^(?:ICD-?(?:9|10)-?(?:CM|GM|WHO|CN|PCS)?|ATC|LOINC)\s*[:|]\s*")
# Codes that can be told from a name by their form, where one stands in a column of names.
WRITTEN_CODES = {
    "drug": ((re.compile(r"[A-Z]\d{2}[A-Z]{2}\d{2}"), "ATC"),),
    "lab": ((re.compile(r"\d{1,5}-\d"), "LOINC"),),
    "diagnosis": (
        (re.compile(r"[A-Z]\d{2}(\.?[\dA-Z]{1,4})?([†*+]|X\d{3})*"), "ICD-10"),
        (re.compile(r"[A-Z]\d{2}(\.?[\dA-Z]{1,4})?"), "ICD-10-CM"),
        (re.compile(r"(\d{3}|V\d{2})\.\d{1,2}"), "ICD-9-CM"),
    ),
    "procedure": ((re.compile(r"\d{2}\.\d{1,2}"), "ICD-9-CM"),),
}


class Found(NamedTuple):
    """A concept, by which list it was found, and the concept that it needs beside it."""

    concept: str
    by: str
    needs: str = ""


def _is_of_the_site(code: str) -> bool:
    """Whether a concept of OMOP is the site's own: such have the numbers from two thousand million."""
    return code.isdecimal() and int(code) >= OWN_CONCEPTS


def dialysis_or_graft(names: "Names", text: str) -> Found | None:
    """Dialysis and transplantation have one name as a diagnosis and as a procedure."""
    found = names.of_name("diagnosis", text)
    return found if found and found.concept in ("dialysis", "kidney_transplant") else None


def _names_in_urine(name: str, specimen: str) -> tuple[str, ...]:
    """A test with its specimen before it, once: 24小时尿 and 尿总蛋白, 24h and UTP, 尿 and 红细胞."""
    if "24" not in specimen:
        return ("尿" + name,)
    return "24小时尿" + IN_URINE.sub("", name), "24h" + name


class Names:
    """The names that a mapping file gives, then the code lists.

    Parameters
    ----------
    lists
        The code lists.
    own
        By kind (drug, lab, diagnosis, procedure): names or codes of the hospital and their concepts.
    ancestors
        Codes of the lists above a code (OMOP).
    code_names
        The name of a code, where the hospital's tables tell it.
    origins
        The system that a code was taken from, and its code there, where they tell it (OMOP).
    """

    def __init__(
        self,
        lists: CodeLists,
        own: Mapping[str, Mapping[str, str]],
        ancestors: Mapping[str, set[str]],
        code_names: Mapping[str, str],
        origins: Mapping[str, tuple[str, str]] | None = None,
    ):
        self._rows = lists.rows
        self._own = {
            kind: {normal_name(name): concept for name, concept in names.items()}
            for kind, names in own.items()
        }
        self._ancestors = ancestors
        self._code_names = code_names
        self._origins = origins or {}
        self._concepts = {
            kind: frozenset(rows["concept"]) for kind, rows in lists.rows.groupby("kind")
        }
        self._by_name = cache(lambda kind: matcher_of_all_names(self._rows, kind))
        self._by_code = cache(lambda kind, system: matcher_of_codes(self._rows, kind, system))
        whole = self._rows[self._rows["match"] == "exact"]
        self._by_whole_code = cache(lambda kind, system: matcher_of_codes(whole, kind, system))

    def of_name(self, kind: str, name: str) -> Found | None:
        """The concept of a name: by the mapping file, by the concept's own name, or by the lists."""
        return next(iter(self.all_of_name(kind, name)), None)

    def all_of_name(self, kind: str, name: str) -> tuple[Found, ...]:
        """Every concept that a name tells, the likeliest first: 系统性红斑狼疮伴狼疮性肾炎, SLE(LN)."""
        text = normal_name(name)
        if not text:
            return ()
        if text in self._own.get(kind, {}):
            return (Found(self._own[kind][text], BY_MAPPING),)
        if text in self._concepts.get(kind, ()):
            return (Found(text, BY_CONCEPT),)
        find_all = self._by_name(kind)
        found = find_all(name)
        bare = CLASS.sub("", text)
        if not found and kind == "diagnosis" and SHORTS.fullmatch(bare):
            each = [find_all(short) for short in SHORT.findall(bare)]
            found = tuple(match for one in each for match in one) if all(each) else ()
        return tuple(Found(*match) for match in found)

    def name_of(self, code: str) -> str:
        """The name of a code; empty where none is told."""
        return self._code_names.get(code, "")

    def unit_of(self, text: str) -> str:
        """A unit as UCUM writes it, where the text is a code of one; otherwise the text."""
        system, own = self._origins.get(text, (None, ""))
        return own if system == UCUM else text

    def all_of_code(self, kind: str, system: str | None, code: str) -> tuple[Found, ...]:
        """The concept of a code, or the nearest that stand above it.

        Above lupus nephritis stands lupus: only the nearer counts. A product of two drugs, or
        diabetic kidney disease, is below two of which neither is nearer. A code below none is looked
        for as that of the system from which it was taken.
        """
        text = normal_name(code)
        if not text:
            return ()
        if text in self._own.get(kind, {}):
            return (Found(self._own[kind][text], BY_MAPPING),)
        if system is None:
            return ()
        find: Matcher = self._by_code(kind, system)
        match = find(code)
        if match is not None:
            return (Found(*match),)
        above = {a: found for a in self._ancestors.get(code, ()) if (found := find(a))}
        nearest = {
            Found(*found)
            for a, found in above.items()
            if not any(a in self._ancestors.get(other, ()) for other in above)
        }
        if not nearest and text in self._origins:
            system, own = self._origins[text]
            match = self._by_code(kind, system)(own)
            return () if match is None else (Found(*match),)
        return tuple(sorted(nearest))

    def of_code(self, kind: str, system: str | None, code: str) -> Found | None:
        """The concept of a code; None where it stands for none, or below several."""
        found = self.all_of_code(kind, system, code)
        return found[0] if len(found) == 1 else None

    def of_written_code(self, kind: str, text: str) -> Found | None:
        """The concept of a code that stands where a name is expected, known by its form.

        A whole code of any system goes before the beginning of one: M32.14 is lupus nephritis in
        ICD-10-CM, and begins as lupus in ICD-10.
        """
        if (own := self._own.get(kind, {}).get(normal_name(text))) is not None:
            return Found(own, BY_MAPPING)
        written = SYSTEM_FIRST.sub("", text.strip().upper())
        systems = [system for form, system in WRITTEN_CODES[kind] if form.fullmatch(written)]
        for matcher in (self._by_whole_code, self._by_code):
            for system in systems:
                if (match := matcher(kind, system)(written)) is not None:
                    return Found(*match)
        return None

    def of_drug(self, system: str | None, code: str, name: str) -> Found | None:
        """The concept of a drug, by its code or else by a name.

        A code that stands below several concepts is of none, whatever the name: a product of two
        drugs has no one dose. So is a name with two drugs in it, as of all that is taken home.
        """
        by_code = self.all_of_code("drug", system, code)
        if by_code:
            return by_code[0] if len(by_code) == 1 else None
        if found := self.of_written_code("drug", name):
            return found
        of_name = self.all_of_name("drug", name) or self.all_of_name("drug", self.name_of(code))
        return of_name[0] if len(of_name) == 1 else None

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
        is no serum creatinine, and no test is found in another fluid. Where the name alone tells
        nothing, it is read with its specimen before it (24小时尿 + 蛋白定量), and then without what is
        no part of it: the method in brackets, 白蛋白(溴甲酚绿法), or its abbreviation, 血小板(PLT),
        which must be of the same test.
        What is told as specimen may be the panel, 肾功能 or 24小时尿蛋白定量; where that is a test itself,
        it is no part of the names of the others in it.
        A concept of OMOP tells test and specimen: one that no list has is another test, whatever the
        name beside it (CREATININE may be that of urine). A concept of the site's own tells no more
        than its name.
        """
        told = NOT_OF_URINE.sub("", normal_name(specimen))
        of_other = any(word in told for word in OTHER_FLUIDS)
        of_urine = any(word in told for word in URINE)
        of_blood = any(word in told for word in BLOOD) and not of_urine
        of_spot = of_urine and any(word in told for word in SPOT_URINE)
        by_code = self.of_code("lab", system, code)
        if system == "OMOP" and code not in ("", "0") and not _is_of_the_site(code):
            own = self._own.get("lab", {}).get(normal_name(name))
            return by_code or (Found(own, BY_MAPPING) if own else None)
        candidates = (
            by_code,
            self.of_written_code("lab", name),
            self.of_name("lab", name),
            None if self.of_name("lab", specimen) else self.of_name("lab", specimen + name),
            *(self.of_name("lab", text) for text in _names_in_urine(name, told) if of_urine),
            self._of_bare_test(name),
            None if name else self.of_name("lab", self.name_of(code)),
        )
        for found in candidates:
            if found is None:
                continue
            needs_urine = found.concept.startswith("urine_")
            contradicts = of_blood if needs_urine else of_urine
            contradicts |= of_other or (of_spot and found.concept == "urine_protein_24h")
            if found.by == BY_MAPPING or not contradicts:
                return found
        return None

    def _of_bare_test(self, name: str) -> Found | None:
        """The concept of a test without marks, method and abbreviation."""
        bare = normal_name(name).strip(MARKS)
        bare = URGENT.sub("", ASSAY.sub("", METHOD.sub("", bare))).strip(MARKS)
        found = self.of_name("lab", bare)
        if found is not None:
            return found
        parts = WITH_SHORT.fullmatch(bare)
        if parts is None:
            return None
        long = self._of_bare_test(parts["name"] or parts["name_last"])
        short = self.of_name("lab", parts["short"] or parts["short_first"])
        return long if long and short and long.concept == short.concept else None
