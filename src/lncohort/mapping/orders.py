"""What the texts of an order say together: drug, route, dose and how long a quantity lasts."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from lncohort.mapping.names import Found, Names
from lncohort.mapping.words import EITHER_WORDS, MG_WORDS, PACK_WORDS, UNIT_WORDS
from lncohort.texts.directions import Directions, read_directions
from lncohort.texts.dosing_amounts import COUNTED_UNITS
from lncohort.texts.numbers import DecimalMark
from lncohort.texts.plain import plain
from lncohort.texts.strength import (
    SOLID,
    STRENGTH,
    Strength,
    agrees,
    amount_mg,
    daily_dose_mg,
    read_strength,
)

ROUTES = {
    "oral": ("口服", "内服", "冲服", "吞服", "嚼服", "送服", "顿服", "饭后服", "餐后服", "鼻饲"),
    "iv": ("静滴", "静点", "静脉", "静注", "静推", "输液", "泵入", "微泵", "入壶", "小壶"),
}
LATIN_ROUTES = {
    "oral": r"p\.?o\.?|per os|os|(?:per)?oral(?:e|ly)?|by mouth|v\.?o\.?",
    "iv": (
        r"i\.?v\.?(?:[ .]?(?:gtt|drip|vgtt|push))?\.?|ivgtt|ivd(?:rip)?|ivp|vd|intrave[a-zöô]*"
        r"|e\.?v\.?|endoven[a-z]*|infusion[a-z]*|perfusion"
    ),
}
ROUTE_BY_WORD = {
    route: re.compile("|".join((*words, rf"(?<![a-z.])(?:{LATIN_ROUTES[route]})(?![a-z])")))
    for route, words in ROUTES.items()
}
OTHER_ROUTES = (
    *("外用", "外敷", "滴眼", "眼用", "局部", "涂", "topical", "ophthalm", "eye", "cutan", "kutan"),
    *("皮下", "subcut", "肌注", "肌肉", "intramusc", "吸入", "雾化", "inhal", "nasal", "直肠"),
    *("rectal", "灌肠", "含漱", "含服", "舌下", "冲洗", "关节腔", "鞘内", "腹腔", "膀胱", "灌注"),
)
SHORT_OTHER = ("other", "im", "i.m.", "sc", "s.c.", "ih", "h", "top", "pr", "inh")
ORAL_FORM = re.compile(
    "片|胶囊|丸|口服|颗粒|tablet|capsule|oral|comprim|g[ée]lule|kapsel|cápsula|compress[ae]"
    "|(?<![a-z])(?:tab|cap)"  # an injectable is none
)
# What is put on the skin or into an eye is none, whatever the route beside it.
TOPICAL_FORMS = (
    *("软膏", "乳膏", "凝胶", "滴眼", "ointment", "cream", "eye drop", "pommade", "crème", "crema"),
    *("salbe", "augentropfen", "unguent", "pomada", "collyre", "colirio", "collirio"),
)
# An order for a level of a drug in the blood is none of the drug, nor is a talk or a fee.
A_TEST = re.compile(
    r"浓度|血药|测定|检测|监测|基因|药敏|皮试|知情同意|宣教|用药指导|[配调][置配]费"
    r"|(?<![a-z])(?:level|concentration|assay)(?![a-z])"
)
BOX = re.compile(r"box of (\d{1,4})(?!\d)")  # tacrolimus 1 MG Oral Capsule Box of 50
# An order to stop a drug is none to take it.
A_STOP = re.compile(r"(?:[暂拟请]?停[用药止]?|d/?c|discontinue|stop)(?![a-z])")
# qm is each morning in one ward and each month in another; of these drugs none is swallowed by the month.
MORNINGS = re.compile(r"(?<![a-z])qm(?![a-z])")
ONCE = ("一次", "1次", "单次", "一次性", "仅一次")  # in a column of frequencies
# 250ml of 0.9% saline beside a drug: of what is mixed, the amount is the dose.
DILUENT = re.compile(
    r"(?<![a-z])(?:ns|gs|gns)(?![a-z])|氯化钠|生理盐水|盐水|葡萄糖|灭菌注射用水|saline|dextrose"
)
VOLUME = re.compile(r"\d+(?:\.\d+)? ?ml|\d+(?:\.\d+)? ?%")
MIXED_IN = re.compile(rf"(?:{VOLUME.pattern}|{DILUENT.pattern}|注射液|[+,])")
IV_FORMS = (
    *("注射", "针", "冻干", "injection", "inject", "infusion", "intravenous"),
    *("perfusion", "injekt", "iniett", "inyect", "infus"),
)


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
        _is_a_test(name)
        or A_STOP.match(plain(name))
        or names.is_look_alike("drug", found.concept, name)
        for name in (drug, of_code)
    ):
        found = None
    often = "once" if plain(frequency) in ONCE else frequency
    if (read_route(route) or read_route(directions) or _route_of_form(drug)) == "oral":
        often, directions = (MORNINGS.sub("每晨", plain(text)) for text in (often, directions))
    said = _directions((dose, dose_unit, often), directions, decimal_mark)
    in_name = _dose_of_name(drug, often, said, decimal_mark)
    product = _product(
        ("" if in_name else drug, of_code), code, strength, known_strength, decimal_mark
    )
    said = in_name or said
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
            _topical(drug, of_code)
            or read_route(route)
            or _systemic(said.route)
            or _route_of_form(drug)
            or read_route(drug)
            or read_route(of_code)
            or _route_of_form(of_code)
            or _route_of_units(product.unit, said.unit)
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
    told = _strength(strength, decimal_mark)
    if told.reason is None:
        return told
    if code in known_strength:
        return known_strength[code]
    for name in names:
        in_name = {match.group() for match in STRENGTH.finditer(plain(name))}
        if in_name:
            one = _strength(in_name.pop(), decimal_mark) if len(in_name) == 1 else Strength()
            box = BOX.search(plain(name))
            return replace(one, units_a_pack=int(box[1])) if box and one.mg_a_unit else one
    return Strength()


def _strength(text: str, decimal_mark: DecimalMark) -> Strength:
    """A strength by the mark of the table, or in the one way in which its number can be read.

    A name may come from elsewhere: 0.5 MG of a vocabulary, in a table that has 60,0.
    """
    told = read_strength(text, decimal_mark)
    return read_strength(text) if told.reason == "ambiguous_number" else told


def _said(text: str, decimal_mark: DecimalMark) -> Directions:
    """Directions by the mark of the table, or in the one way in which their numbers can be read."""
    told = read_directions(text, decimal_mark)
    return read_directions(text) if told.reason == "ambiguous_number" else told


def _directions(parts: tuple[str, ...], directions: str, decimal_mark: DecimalMark) -> Directions:
    """What the columns of dose and frequency say, or else the directions in full, or both together.

    An amount in the one and a frequency in the other are read together: ``1mg`` and ``口服 bid``. Directions
    that the dose changes (``每周减5mg``), or is taken as needed, are said of what the columns tell.
    """
    joined = " ".join(part for part in parts if part)
    said = _said(joined, decimal_mark)
    in_full = _said(directions, decimal_mark)
    if said.reason is None and in_full.reason == "changing_dose":
        return in_full
    if said.reason is None and (said.daily_amount is not None or said.single or not directions):
        return replace(said, as_needed=True, daily_amount=None) if in_full.as_needed else said
    if said.reason is None and in_full.reason is None and in_full.daily_amount is None:
        together = _said(f"{joined} {directions}", decimal_mark)
        if together.reason is None:
            return together
    if in_full.reason is None or said.reason is not None and directions:
        return in_full
    return said


def _dose_of_name(
    drug: str, often: str, said: Directions, decimal_mark: DecimalMark
) -> Directions | None:
    """The dose that stands in a name of a drug, where it is no strength; None where none does.

    An amount is the dose where its frequency stands behind it, ``环磷酰胺 0.8g ivgtt st``, or where it
    is mixed into a volume, ``NS 250ml+环磷酰胺 0.8g``. Any other, ``注射用环磷酰胺 0.2g``, may be the
    strength of one of several ampoules. Where a column tells an amount, the name is not asked.
    """
    if (
        said.amount is not None
        or said.daily_amount is not None
        or said.reason not in (None, "empty")
    ):
        return None
    simple = plain(drug)
    if DILUENT.search(simple) and VOLUME.search(simple):
        masses = list(STRENGTH.finditer(simple))
        if len({mass.group().strip() for mass in masses}) != 1:
            return None
        behind = MIXED_IN.sub(" ", simple[masses[0].end() :])
        mixed = _said(f"{masses[0].group()} {behind} {often}", decimal_mark)
        is_told = mixed.reason is None and (mixed.single or mixed.takes_a_day)
        return mixed if is_told else None
    first = STRENGTH.search(simple)
    if first is None:
        return None
    told = _said(simple[first.start() :], decimal_mark)
    is_whole = told.daily_amount is not None or (told.single and told.amount is not None)
    if told.reason is not None or not is_whole or said.takes_a_day not in (None, told.takes_a_day):
        return None
    return told


def _is_a_test(name: str) -> bool:
    simple = plain(name)
    is_product = ORAL_FORM.search(simple) or any(form in simple for form in IV_FORMS)
    return bool(A_TEST.search(simple)) and not is_product


def read_route(text: str) -> str | None:
    """The route that a text tells: oral, iv, other; None where it tells none."""
    simple = re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", plain(text))
    if simple in SHORT_OTHER or any(word in simple for word in OTHER_ROUTES):
        return "other"
    told = [route for route, words in ROUTE_BY_WORD.items() if words.search(simple)]
    return told[0] if len(told) == 1 else None


def _systemic(route: str | None) -> str | None:
    return route if route in (None, "oral", "iv") else "other"


def _topical(*names: str) -> str | None:
    """Another route, where a name tells of a form that is neither swallowed nor infused."""
    simple = " ".join(map(plain, names))
    return "other" if any(form in simple for form in TOPICAL_FORMS) else None


def _route_of_form(drug: str) -> str | None:
    """The route of the form that stands in a name of a drug."""
    simple = plain(drug)
    is_iv = any(form in simple for form in IV_FORMS)
    is_oral = ORAL_FORM.search(simple) is not None
    if is_iv == is_oral:
        return None
    return "iv" if is_iv else "oral"


def _route_of_units(*units: str | None) -> str | None:
    """The route of what is counted, where neither route nor form stands anywhere: 100mg*14片."""
    return "oral" if any(unit in SOLID for unit in units) else None


def _quantity(unit: str, product: Strength) -> tuple[Fraction | None, Fraction | None]:
    """Of one of a quantity: mg, and units of the product."""
    word = plain(unit)
    if word in MG_WORDS:
        return Fraction(MG_WORDS[word]), None
    if word in PACK_WORDS and product.units_a_pack is not None:
        units = Fraction(product.units_a_pack)
    elif word in EITHER_WORDS and product.units_a_pack not in (None, 1):
        return None, None
    elif word in UNIT_WORDS or (word == "瓶" and product.unit == "ampoule"):
        units = Fraction(1)
    else:
        return None, None
    return (None if product.mg_a_unit is None else units * product.mg_a_unit), units
