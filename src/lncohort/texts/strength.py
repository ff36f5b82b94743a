"""The strength of a package as mg a unit and units a pack, and what a daily dose is in mg."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lncohort.texts.directions import Directions
from lncohort.texts.dosing_amounts import COUNTED_UNITS, MILLIGRAMS
from lncohort.texts.dosing_words import UNITS
from lncohort.texts.numbers import WRITTEN, DecimalMark, read_number
from lncohort.texts.plain import plain

MASS = r"(?:mg|毫克|ug|mcg|微克|g|克)"
COUNTED = "|".join(UNITS[unit] for unit in COUNTED_UNITS)
INNER_PACKS = "板|盒|瓶|小?袋|包|box(?:es)?|bottles?|packs?|blisters?"
STRENGTH = re.compile(
    rf"\(?(?:(?P<volume_first>{WRITTEN}) ?ml ?: ?)?"
    rf"(?P<mass>{WRITTEN}) ?(?P<mass_unit>{MASS})"
    rf"(?: ?(?P<mark>[:/]) ?(?P<volume>{WRITTEN})? ?ml)?\)?"
    rf"(?: ?/? ?(?P<unit>{COUNTED}|vials?|瓶))?"
    rf"(?: ?[*x] ?(?P<count>\d{{1,4}}) ?(?P<count_unit>{COUNTED}|'?s)?"
    rf"(?: ?/ ?(?:{INNER_PACKS}))?"
    rf"(?: ?[*x] ?(?P<packs>\d{{1,3}}) ?(?:{INNER_PACKS})(?: ?/ ?(?:{INNER_PACKS}))?)?)?"
)
# Other ways to write a pack in a column of its own: 0.5mg:50粒, 0.5mg,50粒/盒, 50粒*0.5mg.
JOINED_BY = re.compile(rf"(?<=[g克]) ?[,:; ] ?(?=\d{{1,4}} ?(?:{COUNTED})(?: ?/|$))")
COUNT_FIRST = re.compile(rf"(\d{{1,4}} ?(?:{COUNTED})) ?[*x] ?({WRITTEN} ?{MASS})")
PACK_IN_BRACKETS = re.compile(rf"(?<=[g克]) ?\((\d{{1,4}} ?(?:{COUNTED})[^()]*)\)$")
# Who made it, or in terms of what it is weighed: (安斯泰来), [集采], (以甲泼尼龙计).
REMARK = re.compile(r"[(\[【][^()\[\]【】\d%]*[)\]】]")
MASS_NAMES = {"毫克": "mg", "微克": "ug", "mcg": "ug", "克": "g"}
SOLID = ("tablet", "capsule", "pill")


@dataclass(frozen=True)
class Strength:
    """What one unit of a package holds. All numbers are exact.

    Attributes
    ----------
    mg_a_unit : Fraction or None
        mg in one tablet, capsule, sachet or ampoule.
    mg_a_ml : Fraction or None
        For liquids, mg in one ml.
    unit : str or None
        The unit that is counted, where the text names it, as in :class:`Directions`.
    units_a_pack : int or None
        50 for ``1mg*50粒``; 20 for ``0.5mg*10片*2板``.
    reason : str or None
        Why the text is not understood. Then everything else is unknown.
    """

    mg_a_unit: Fraction | None = None
    mg_a_ml: Fraction | None = None
    unit: str | None = None
    units_a_pack: int | None = None
    reason: Literal["empty", "ambiguous_number", "impossible", "unknown_word"] | None = None


def read_strength(text: str | None, decimal_mark: DecimalMark | None = None) -> Strength:
    """What a strength text says: ``1mg*50粒``, ``0.5mg/粒``, ``250mg×40片``, ``50mg:1ml``, ``0.2g``.

    ``50mg:1ml`` is an ampoule of 1 ml with 50 mg in it; ``250mg/5ml`` is a concentration and says
    nothing of the size of the bottle. Two substances, percentages and international units are
    unknown.

    Parameters
    ----------
    text : str or None
        As it stands in the extract.
    decimal_mark : "." or ",", optional
        The decimal mark of the column; without it ``1.000g`` is not certain and so unknown.
    """
    simple = REMARK.sub("", plain(text or "")).strip()
    simple = PACK_IN_BRACKETS.sub(r"*\1", simple)
    if not simple:
        return Strength(reason="empty")
    match = STRENGTH.fullmatch(COUNT_FIRST.sub(r"\2*\1", JOINED_BY.sub("*", simple)))
    if match is None or (match["volume_first"] and match["mark"]):
        return Strength(reason="unknown_word")
    mass = read_number(match["mass"], decimal_mark)
    written_volume = match["volume_first"] or match["volume"] or ("1" if match["mark"] else None)
    volume = read_number(written_volume, decimal_mark) if written_volume else None
    if mass is None or (written_volume and volume is None):
        return Strength(reason="ambiguous_number")
    count = int(match["count"]) * int(match["packs"] or 1) if match["count"] else None
    if mass == 0 or volume == 0 or count == 0:
        return Strength(reason="impossible")
    mg = Fraction(mass) * MILLIGRAMS[MASS_NAMES.get(match["mass_unit"], match["mass_unit"])]
    units = {_unit(match["unit"]), _unit(match["count_unit"])} - {None}
    if len(units) > 1:
        return Strength(reason="unknown_word")
    return Strength(
        mg_a_unit=None if match["mark"] == "/" else mg,
        mg_a_ml=mg / Fraction(volume) if volume is not None else None,
        unit=units.pop() if units else None,
        units_a_pack=count,
    )


def daily_dose_mg(directions: Directions, strength: Strength | None = None) -> Fraction | None:
    """The daily dose in mg, or none where directions and strength do not tell it.

    Amount × takes a day, exact; counted units need the mg of one unit, ml the mg of one ml. A
    tablet, a capsule and a pill count as one solid unit, as hospitals write 片 and 粒 for each
    other; a sachet or an ampoule is only its own. Amounts without a unit are not turned into mg, nor
    are those told in two ways (``1mg(2粒)``) between which the strength does not decide.
    """
    return _in_mg(directions, directions.daily_amount, strength)


def amount_mg(directions: Directions, strength: Strength | None = None) -> Fraction | None:
    """The amount of one take in mg, as :func:`daily_dose_mg`: of a pulse, or of a single dose."""
    return _in_mg(directions, directions.amount, strength)


def agrees(directions: Directions, strength: Strength | None) -> bool:
    """Whether an amount told in two ways, as mg and in units, is one by the strength."""
    told = directions.mg_a_unit
    return told is None or (strength is not None and strength.mg_a_unit == told)


def _in_mg(
    directions: Directions, amount: Fraction | None, strength: Strength | None
) -> Fraction | None:
    unit = directions.unit
    if amount is None or unit is None or not agrees(directions, strength):
        return None
    if unit == "mg":
        return amount
    if strength is None:
        return None
    if unit == "ml":
        return amount * strength.mg_a_ml if strength.mg_a_ml is not None else None
    liquid = strength.mg_a_ml is not None
    same = strength.unit in (None, unit) or {strength.unit, unit} <= set(SOLID)
    if strength.mg_a_unit is None or not same or (liquid and unit in SOLID):
        return None
    return amount * strength.mg_a_unit


def _unit(text: str | None) -> str | None:
    """The counted unit that a word stands for; a bottle of powder is an ampoule."""
    if text is None or text.strip("'") == "s":
        return None
    if text.startswith("vial") or text == "瓶":
        return "ampoule"
    return next(unit for unit in COUNTED_UNITS if re.fullmatch(UNITS[unit], text))
