"""Which column plays which part, if a table were of a target."""

import re
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from lncohort.mapping.guess.evidence import Column
from lncohort.mapping.guess.headers import fit_of_header, simple_header
from lncohort.mapping.roles import NEEDED, ROLES, Role
from lncohort.texts.plain import one_width

LABEL = re.compile("(?:id|no[.]?|编号):", re.IGNORECASE)  # ID:000123
LEAST = 0.45  # of the mean of header and content
SURE = 0.9
NUMBERS_SAY_NOTHING = 0.5  # the share of numbers from which on only a header tells a part
UNKNOWN_IDENTIFIER = 0.6  # of the fit of its header is left to an identifier that is not known
# Headers of what counts the rows of a table: they agree with short identifiers by chance.
RUNNING = (
    "序号",
    "行号",
    "顺序号",
    "row",
    "rowid",
    "rownum",
    "rownumber",
    "lineno",
    "seq",
    "index",
)
# Days that nothing but a header tells: any other day of a row may be that of a visit or an entry.
ONLY_BY_HEADER = ("birth_date", "death_date", "seen_date", "end_date")
# Parts that tell a birth together, where none is given.
RECKONED_BY = ("age", "seen_date")
# What the texts of a role look like, the share that they must be at least, and the share from
# which on they speak for it without a header.
LOOKS: dict[str, tuple[tuple[str, ...], float, float]] = {
    "sex": (("sex",), 0.0, 0.9),
    "birth_year": (("year",), 0.8, 2.0),
    "age": (("age",), 0.8, 2.0),
    "drug": (("drug",), 0.0, 0.05),
    "strength": (("strength",), 0.0, 2.0),  # 0.5g may as well be a dose
    "dose": (("amount", "number"), 0.3, 2.0),
    "dose_unit": (("amount", "packing"), 0.0, 2.0),
    "frequency": (("frequency",), 0.2, 0.6),
    "directions": (("directions", "frequency"), 0.1, 0.5),
    "route": (("route",), 0.0, 0.7),
    "days_supply": (("days",), 0.8, 2.0),
    "quantity": (("number", "quantity"), 0.8, 2.0),
    "quantity_unit": (("packing",), 0.2, 0.8),
    "daily_dose_mg": (("number",), 0.8, 2.0),
    "status": (("status",), 0.0, 2.0),
    "order_type": (("order_type",), 0.5, 0.8),
    "operator": (("operator",), 0.5, 2.0),
    "test": (("test",), 0.0, 0.05),
    "specimen": (("specimen",), 0.05, 0.8),  # of panels, few may tell the fluid
    "result": (("result",), 0.5, 2.0),
    "unit": (("unit",), 0.2, 0.5),
    "reference_low": (("number",), 0.5, 2.0),
    "reference_high": (("number",), 0.5, 2.0),
    "reference_range": (("range",), 0.3, 0.8),
    "diagnosis": (("diagnosis",), 0.0, 0.05),
    "certainty": (("certainty",), 0.5, 2.0),
    "procedure": (("procedure",), 0.0, 0.05),
    "isn_rps_class": (("class",), 0.3, 0.8),
    "instrument": (("instrument",), 0.2, 0.5),
    "score": (("score",), 0.8, 2.0),
}
# Parts of names: a column of which no list has any is hardly the one, as a panel beside its tests.
OF_NAMES = ("drug", "test", "diagnosis", "procedure")
DIAGNOSIS_CODE = (("icd",), 0.3, 0.8)
NO_LOOK: tuple[tuple[str, ...], float, float] = ((), 0.0, 2.0)


@dataclass(frozen=True)
class Played:
    """A column that plays a part, and how sure that is, from 0 to 1."""

    column: Column
    confidence: float


def parts_of(
    target: str,
    columns: list[Column],
    identifiers: frozenset[str],
    told: tuple[str, ...] = (),
) -> dict[str, Played] | None:
    """The columns that play the parts of a target; None where one that is needed has none.

    Parameters
    ----------
    target
        What the table might be of.
    columns
        Its columns.
    identifiers
        Identifiers of patients, where the patient table is known; else empty.
    told
        Roles that constants tell.
    """
    roles = [role for role in ROLES[target] if role.name not in told]
    scores = np.array(
        [[fit(column, target, role, identifiers) for column in columns] for role in roles]
    )
    rows, places = linear_sum_assignment(scores, maximize=True)
    played = {
        roles[row].name: Played(columns[place], float(scores[row, place]))
        for row, place in zip(rows, places, strict=True)
        if scores[row, place] >= LEAST
    }
    if not _is_told_with_its_day(played):
        played = {role: part for role, part in played.items() if role not in RECKONED_BY}
    if all(set(group) & {*played, *told} for group in NEEDED[target]):
        return played
    return None


def _is_told_with_its_day(played: dict[str, Played]) -> bool:
    """Whether births are reckoned from ages: where none is given, and the day of the age is."""
    return played.keys() >= set(RECKONED_BY) and not played.keys() & {"birth_date", "birth_year"}


def fit(column: Column, target: str, role: Role, identifiers: frozenset[str]) -> float:
    """From 0 to 1: how well a column fits a role, by its header and by its texts."""
    header = fit_of_header(column.name, target, role.name)
    if column.is_empty:
        return header / 2
    if role.kind == "date":
        share = column.looks["date"]
        is_told = header > 0 or role.name not in ONLY_BY_HEADER
        return (header + share) / 2 if share >= 0.5 and is_told else 0.0
    if (target, role.name) == ("patient_link", "patient_id"):
        return _fit_of_replaced(column, header, identifiers)
    if role.kind == "patient":
        return _fit_of_identifier(column, header, identifiers)
    kinds, needed, telling = LOOKS.get(role.name, NO_LOOK)
    if (target, role.name) == ("diagnosis", "code"):
        kinds, needed, telling = DIAGNOSIS_CODE
    share = max((column.looks[kind] for kind in kinds), default=1.0)
    if share < needed:
        return 0.0
    content = 1.0 if share >= telling else share
    if header == 0.0 and column.looks["number"] >= NUMBERS_SAY_NOTHING:
        return 0.0  # a class 4, or four boxes
    if header == 0.0:
        return content / 2 + 0.05 if share >= telling else 0.0
    least = 0.0 if role.name in OF_NAMES and share == 0 else 0.5
    return (header + max(content, least)) / 2


def _fit_of_replaced(column: Column, header: float, identifiers: frozenset[str]) -> float:
    """A replaced identifier need not be known. Where others are and no header says that it is old, it
    is of another numbering, in which the number of one patient may be that of another: 住院号, 登记号.
    """
    is_called_old = header > fit_of_header(column.name, "patient", "patient_id")
    is_known = any(plain_identifier(text) in identifiers for text in column.spread)
    return header if is_called_old or not is_known else 0.0


def _fit_of_identifier(column: Column, header: float, identifiers: frozenset[str]) -> float:
    """An identifier is one that a patient table knows; otherwise its header has to tell it.

    Tables of another campus, or of another numbering, may hold none that is known, or some.
    """
    if not identifiers:
        return header
    known = sum(plain_identifier(text) in identifiers for text in column.spread)
    share = known / len(column.spread)
    if simple_header(column.name) in RUNNING:
        return 0.0
    by_header = header * (UNKNOWN_IDENTIFIER + (1 - UNKNOWN_IDENTIFIER) * share)
    by_known = min(1.0, SURE * share + 0.1 * header) if share >= 0.5 else 0.0
    return max(by_header, by_known)


def unlabelled(text: str) -> str:
    """An identifier without blanks and a label, as the SQL reads it."""
    text = "".join(one_width(text).split())
    label = LABEL.match(text)
    return text[label.end() :] if label else text


def plain_identifier(text: str) -> str:
    """An identifier without leading zeros, too: so it is compared, and never kept."""
    return unlabelled(text).lstrip("0") or "0"
