"""Free-text diagnoses, parted, with what is denied, doubted, of the family or past held apart."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from lncohort.texts.diagnosis_words import MARK, MARKS, Mark, Status
from lncohort.texts.plain import one_width, plain

ONE_CODE = r"[A-TV-Z]\d{2}(?:\.\d{1,4})?(?:x\d{3})?"
CODE = rf"{ONE_CODE}[+†*]?(?:\+?{ONE_CODE}\*?)?"
# A code without a dot is one only where it stands apart: B27 and T12 open names as well.
CODE_FIRST = re.compile(
    rf"\s*(?:[(\[](?P<within>{CODE})[)\]]|(?P<apart>{CODE})(?=[\s:?(]|$)"
    rf"|(?=[A-Z]\d\d\.)(?P<joined>{CODE})(?=[\u3400-\u9fff]))[\s:]*",
    re.I,
)
CODE_LAST = re.compile(rf"\s*[(\[ ](?P<code>{ONE_CODE})[)\]]?\s*$", re.I)
ITEM = (
    r"\(\d{1,2}\)|(?:(?<![^\s;,、。)?\u3400-\u9fff])|^)\d{1,2}(?:[.、)](?!\d)|[.、](?=\d型))"
    r"|[\u2460-\u2473]"
)
# A further class of a nephritis, LN(IV+V), and not a disease of its own, LN+II型糖尿病.
MORE_CLASS = r" ?(?:[IV]{1,3}|[\u2160-\u2165])(?:型|类|-[GS])?(?![a-z\u3400-\u9fff])"
SEPARATOR = re.compile(rf"({ITEM}|[;,、。|\n\r]|\+(?!{ONE_CODE}|{MORE_CLASS}))", re.I)
ONLY_MARKS = re.compile(rf"\s*\(((?:{re.sub(r'[?]P<m[0-9]+>', '?:', MARK.pattern)}|\s)+)\)")
EDGES = " :.-*"


@dataclass(frozen=True)
class Diagnosis:
    """One diagnosis of a cell.

    Attributes
    ----------
    text : str
        Its name in plain form, without numbering, code and the words that make its status.
    status : str
        asserted; negated: said not to be there; uncertain; family: of a relative; history: past.
    code : str or None
        An ICD code beside the name, as it stands there, in capitals.
    """

    text: str
    status: Status
    code: str | None = None


def read_diagnoses(text: str | None) -> tuple[Diagnosis, ...]:
    """The diagnoses of a cell, in their order, each with its own status.

    A cell is parted at numbers of items, ``;``, ``,``, ``、``, ``。``, ``|``, ``+`` and line ends, and
    where a word of negation or doubt begins or ends. How far such a word reaches:

    - at most to the next item, ``;``, ``。``, ``|``, ``+`` or line end;
    - what is denied, past or said of relatives may be a list: ``否认高血压、糖尿病`` denies both; after
      a mere comma it cannot be told, so the next diagnosis is uncertain, unless ``史`` closed the
      list (``无高血压病史,SLE``);
    - what is excluded or suspected is one diagnosis: in ``排除狼疮性肾炎,高血压`` the second is
      asserted; after ``、`` it is uncertain;
    - a word behind a diagnosis (``LN待排``, ``LN?``) is said of it alone; alone behind a comma
      (``LN,待排``) it makes the diagnosis before it uncertain.

    ``排除`` and ``ruled out`` are negations; ``待排``, ``不能排除``, ``r/o`` and ``rule out`` are doubt.
    Where negation and doubt meet, or a word may belong to the name before it or to that behind
    it, it is doubt. Names that look like negations are none: ``无症状性蛋白尿``, ``非霍奇金淋巴瘤``.

    Parameters
    ----------
    text : str or None
        As it stands in the extract.
    """
    found: list[Diagnosis] = []
    scope = None
    lines = "\n".join(one_width(line) for line in (text or "").splitlines())
    pieces = SEPARATOR.split(lines)
    for separator, piece in zip([";", *pieces[1::2]], pieces[::2], strict=True):
        scope, inherited = _after(scope, separator)
        code, name = _code(piece)
        for clause in _clauses(ONLY_MARKS.sub(r"\1", plain(name))):
            if clause.scope is not None:
                scope, inherited = clause.scope, None
            status = clause.status
            if inherited is not None and status in ("asserted", "history"):
                status = inherited
            if clause.closed:
                scope = scope and Scope(scope.status, scope.lists, closed=True)
            if clause.text or code:
                found.append(Diagnosis(clause.text, status, code))
                code = None
            elif separator in (",", "、") and found and status != "asserted":
                found[-1] = replace(found[-1], status="uncertain")
        if code:
            found.append(Diagnosis("", inherited or "asserted", code))
    return tuple(found)


@dataclass(frozen=True)
class Scope:
    """How far a word before a diagnosis still reaches."""

    status: Status
    lists: bool
    closed: bool = False


@dataclass(frozen=True)
class _Clause:
    text: str
    status: Status
    scope: Scope | None
    closed: bool


def _after(scope: Scope | None, separator: str) -> tuple[Scope | None, Status | None]:
    """The scope that goes on behind a separator, and the status that it gives."""
    if scope is None or separator not in (",", "、"):
        return None, None
    if separator == "、":
        return scope, scope.status if scope.lists else "uncertain"
    if scope.lists and not scope.closed:
        return scope, "uncertain"
    return None, None


def _code(piece: str) -> tuple[str | None, str]:
    """The ICD code beside a name, and the name."""
    first = CODE_FIRST.match(piece)
    if first:
        return first[first.lastgroup].upper(), piece[first.end() :]
    last = CODE_LAST.search(piece)
    if last and ("." in last["code"] or "(" in last[0]):
        return last["code"].upper(), piece[: last.start()]
    return None, piece


def _clauses(text: str) -> list[_Clause]:
    """The parts of a text that words of negation or doubt set apart."""
    marks, cuts, doubtful = [], {0, len(text)}, set()
    for match in MARK.finditer(text):
        mark = MARKS[int(match.lastgroup[1:])]
        before, behind = text[: match.start()], text[match.end() :]
        side = _side(mark, before, behind)
        marks.append((match, mark, side))
        if side == "before":
            cuts.add(match.start())
        elif side == "behind" and behind.startswith(" "):
            cuts.add(match.end())
        elif side is None:
            doubtful.add(match.start())
    clauses, waiting = [], []
    for start, end in pairwise(sorted(cuts)):
        own = waiting + [row for row in marks if start <= row[0].start() < end]
        name = text[start:end]
        for match, _, _ in reversed([row for row in own if row[0].start() >= start]):
            name = name[: match.start() - start] + " " + name[match.end() - start :]
        name = re.sub(r"\(\s*\)", " ", name)
        name = " ".join(name.split()).strip(EDGES)
        if not name and end < len(text):
            waiting = own
            continue
        statuses = {mark.status for _, mark, _ in own}
        if any(start <= place < end for place in doubtful):
            statuses.add("uncertain")
        leading = [mark for _, mark, side in own if side == "before"]
        status = _status(statuses)
        scope = Scope(status, all(mark.lists for mark in leading)) if leading else None
        clauses.append(_Clause(name, status, scope, _closed(own)))
        waiting = []
    return clauses


def _side(mark: Mark, before: str, behind: str):
    """Whether a word belongs to the name behind it or before it; none where it may be either."""
    if mark.side != "either":
        return mark.side
    if not before.strip(EDGES):
        return "before" if behind.strip(EDGES) else "behind"
    if not behind.strip(EDGES):
        return "behind"
    glued_before, glued_behind = before[-1] != " ", behind[0] != " "
    if glued_before == glued_behind:
        return None
    return "behind" if glued_before else "before"


def _status(statuses: set[Status]) -> Status:
    if "family" in statuses:
        return "negated" if "negated" in statuses else "family"
    return next(
        (name for name in ("uncertain", "negated", "history") if name in statuses), "asserted"
    )


def _closed(marks: list) -> bool:
    return any(mark.status == "history" and side == "behind" for _, mark, side in marks)
