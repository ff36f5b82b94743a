"""What the texts of an order say together: drug, route, dose and how long a quantity lasts."""

from dataclasses import dataclass
from fractions import Fraction

from lncohort.mapping.names import Found, Names
from lncohort.texts.directions import Directions, read_directions
from lncohort.texts.dosing_amounts import COUNTED_UNITS
from lncohort.texts.numbers import DecimalMark
from lncohort.texts.plain import plain
from lncohort.texts.strength import (
    STRENGTH,
    Strength,
    agrees,
    amount_mg,
    daily_dose_mg,
    read_strength,
)

ROUTES = {
    "oral": ("口服", "po", "p.o", "p.o.", "oral", "per os", "by mouth", "os", "内服", "鼻饲"),
    "iv": (
        "iv",
        "i.v",
        "i.v.",
        "ivgtt",
        "ivd",
        "ivdrip",
        "iv drip",
        "iv gtt",
        "vd",
        "静滴",
        "静脉",
        "静注",
        "静推",
        "intravenous",
        "infusion",
        "输液",
        "泵入",
    ),
}
OTHER_ROUTES = (
    "外用",
    "外敷",
    "滴眼",
    "眼用",
    "局部",
    "涂",
    "topical",
    "ophthalm",
    "eye",
    "cutaneous",
    "皮下",
    "subcut",
    "肌注",
    "肌肉",
    "intramusc",
    "吸入",
    "inhal",
    "nasal",
    "直肠",
    "rectal",
    "含漱",
    "冲洗",
    "关节腔",
    "鞘内",
)
SHORT_OTHER = ("other", "im", "i.m.", "sc", "s.c.", "ih", "h", "top", "pr", "inh")
ORAL_FORMS = ("片", "胶囊", "丸", "口服", "颗粒", "tablet", "capsule", "oral", "tab", "cap")
IV_FORMS = ("注射", "粉针", "针剂", "冻干", "injection", "inject", "infusion", "intravenous")
UNIT_WORDS = (
    *("片", "粒", "颗", "丸", "袋", "包", "支", "枚", "tablet", "tablets", "tab", "tabs"),
    *("capsule", "capsules", "cap", "caps", "pill", "pills", "ampoule", "ampoules", "vial"),
    *("vials", "sachet", "sachets", "unit", "units", "ea", "each"),
)
PACK_WORDS = ("盒", "瓶", "板", "box", "boxes", "bottle", "bottles", "pack", "packs", "package")
MG_WORDS = {"mg": 1, "毫克": 1, "milligram": 1, "g": 1000, "克": 1000, "gram": 1000}


@dataclass(frozen=True)
class Order:
    """What an order's texts say; amounts in mg, exact.

    Attributes
    ----------
    found : Found or None
        The drug.
    route : str or None
        oral, iv or other.
    take_mg, daily_mg, takes_per_day : Fraction or None
        The amount of a take and of a day, and the takes of a day.
    mg_per_quantity, days_per_quantity : Fraction or None
        mg in one of the quantity, and how many days it lasts.
    days : int or None
        How long the directions say that it is taken.
    is_single, is_as_needed : bool
        Taken once in all; taken when there is need.
    reason : str or None
        Why the directions could not be read; None where they could, or where there are none.
    """

    found: Found | None
    route: str | None
    take_mg: Fraction | None
    daily_mg: Fraction | None
    takes_per_day: Fraction | None
    mg_per_quantity: Fraction | None
    days_per_quantity: Fraction | None
    days: int | None
    is_single: bool
    is_as_needed: bool
    reason: str | None


def read_order(
    names: Names,
    system: str | None,
    decimal_mark: DecimalMark,
    known_strength: dict[str, Strength],
    *,
    drug: str,
    code: str,
    strength: str,
    dose: str,
    dose_unit: str,
    frequency: str,
    directions: str,
    quantity_unit: str,
    route: str,
) -> Order:
    """Read the texts of an order together.

    Parameters
    ----------
    names, system
        The names and codes, and the system of the table's codes.
    decimal_mark
        Of the table.
    known_strength
        The strength of a product, by code, where a table tells it.
    drug, code, ..., route
        The texts, values of the mapping file already put in their place; empty where there is none.
    """
    of_code = names.name_of(code)
    found = names.of_drug(system, code, drug)
    if found is not None and any(
        names.is_look_alike("drug", found.concept, name) for name in (drug, of_code)
    ):
        found = None
    product = _product((drug, of_code), code, strength, known_strength, decimal_mark)
    said = _directions((dose, dose_unit, frequency), directions, decimal_mark)
    take = amount_mg(said, product)
    daily = daily_dose_mg(said, product)
    mg_per_quantity, units_per_quantity = _quantity(quantity_unit, product)
    days_per_quantity = None
    if daily and mg_per_quantity is not None:
        days_per_quantity = mg_per_quantity / daily
    elif said.unit in COUNTED_UNITS and said.daily_amount and units_per_quantity is not None:
        days_per_quantity = units_per_quantity / said.daily_amount
    return Order(
        found=found,
        route=(
            read_route(route)
            or _systemic(said.route)
            or _route_of_form(drug)
            or read_route(of_code)
            or _route_of_form(of_code)
        ),
        take_mg=take,
        daily_mg=take if said.single else daily,
        takes_per_day=said.takes_a_day,
        mg_per_quantity=mg_per_quantity,
        days_per_quantity=days_per_quantity,
        days=said.days,
        is_single=said.single,
        is_as_needed=said.as_needed,
        reason=_problem(said, product),
    )


def _problem(said: Directions, product: Strength) -> str | None:
    if not agrees(said, product):
        return "contradicts_strength" if product.mg_a_unit else "strength_not_told"
    if said.unit in COUNTED_UNITS and amount_mg(said, product) is None and said.amount:
        return (
            "strength_not_told" if product.mg_a_unit is None else "another_unit_than_the_strength"
        )
    return None if said.reason == "empty" else said.reason


def _product(
    names: tuple[str, ...],
    code: str,
    strength: str,
    known_strength: dict[str, Strength],
    decimal_mark: DecimalMark,
) -> Strength:
    """The strength by its own column, by the code, or as it stands once in a name."""
    told = read_strength(strength, decimal_mark)
    if told.reason is None:
        return told
    if code in known_strength:
        return known_strength[code]
    for name in names:
        in_name = {match.group() for match in STRENGTH.finditer(plain(name))}
        if in_name:
            return read_strength(in_name.pop(), decimal_mark) if len(in_name) == 1 else Strength()
    return Strength()


def _directions(parts: tuple[str, ...], directions: str, decimal_mark: DecimalMark) -> Directions:
    """What the columns of dose and frequency say, or else the directions in full."""
    joined = " ".join(part for part in parts if part)
    said = read_directions(joined, decimal_mark)
    if said.reason is None and (said.daily_amount is not None or not directions):
        return said
    in_full = read_directions(directions, decimal_mark)
    if in_full.reason is None or said.reason is not None and directions:
        return in_full
    return said


def read_route(text: str) -> str | None:
    """The route that a text tells: oral, iv, other; None where it tells none."""
    simple = plain(text)
    if not simple:
        return None
    if simple in SHORT_OTHER or any(word in simple for word in OTHER_ROUTES):
        return "other"
    for route, words in ROUTES.items():
        if any(
            simple == word or (len(word) > 3 or not word.isascii()) and word in simple
            for word in words
        ):
            return route
    return None


def _systemic(route: str | None) -> str | None:
    return route if route in (None, "oral", "iv") else "other"


def _route_of_form(drug: str) -> str | None:
    """The route of the form that stands in a name of a drug."""
    simple = plain(drug)
    is_iv = any(form in simple for form in IV_FORMS)
    is_oral = any(form in simple for form in ORAL_FORMS)
    if is_iv == is_oral:
        return None
    return "iv" if is_iv else "oral"


def _quantity(unit: str, product: Strength) -> tuple[Fraction | None, Fraction | None]:
    """Of one of a quantity: mg, and units of the product."""
    word = plain(unit)
    if word in MG_WORDS:
        return Fraction(MG_WORDS[word]), None
    if word in PACK_WORDS and product.units_a_pack is not None:
        units = Fraction(product.units_a_pack)
    elif word in UNIT_WORDS or (word == "瓶" and product.unit == "ampoule"):
        units = Fraction(1)
    else:
        return None, None
    return (None if product.mg_a_unit is None else units * product.mg_a_unit), units
