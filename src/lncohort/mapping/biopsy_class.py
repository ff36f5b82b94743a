"""The ISN/RPS class in the words of a biopsy report."""

import re

from lncohort.texts.plain import plain

SIGNS = {"ⅰ": "i", "ⅱ": "ii", "ⅲ": "iii", "ⅳ": "iv", "ⅴ": "v", "ⅵ": "vi"}
FIGURES = {"1": "i", "2": "ii", "3": "iii", "4": "iv", "5": "v", "6": "vi"}
ROMAN = "vi|iv|v|i{1,3}"
# A class of its own, and not the stage of another disease, a type of collagen or a factor.
CLASS = re.compile(rf"(?<![a-z0-9])(?:{ROMAN})(?![a-z0-9])(?! ?(?:期|度|因子|型胶原))")
# A figure may count glomeruli, crescents or points: it is a class where a word says so.
FIGURE = re.compile(
    r"(?<![\d./])(?P<behind>[1-6])(?= ?(?:型|类)(?!胶原|糖))"
    r"|(?:class|type|rps|分型|型|狼疮性肾炎|(?<![a-z])ln) ?[:-]? ?(?P<before>[1-6])(?![\d./]|[^\W\d_])"
)
ONLY_FIGURES = re.compile(r"[1-6](?: ?[+/,、&] ?[1-6])*(?: ?[型级类])?")
DETAIL = re.compile(r"-?\s*(?:(?<![a-z])|(?<=[iv]))[gs](?![a-z])|\(?[ac](/[ac])?\)", re.IGNORECASE)
INDEX = re.compile(r"(?<![a-z])[ac]i ?[:=为]? ?\d{1,2}(?: ?/ ?\d{1,2})?")  # activity, chronicity
# A degree of what is not of the glomeruli: 间质炎症Ⅱ级, 小动脉硬化Ⅰ级.
DEGREE = re.compile(
    rf"(?:间质|小管|动脉|血管|炎症|纤维化|萎缩|硬化)[^,;。\n]{{0,6}}?(?:{ROMAN}|[1-6]) ?级"
)
PARTS = re.compile(r"[,;。\n]")
LUPUS = re.compile(r"狼疮|lupus|(?<![a-z])(?:s?le|ln)(?![a-z])|isn|rps")
OTHER_DISEASE = re.compile(
    r"iga|lee|牛津|oxford|紫癜|膜性肾病|糖尿病|高血压|ckd|慢性肾脏病|胶原|移植|banff"
)
DOUBT = re.compile(
    r"待排|待除外|排除|除外|可能|可疑|疑似|疑为|怀疑|不能|倾向|\?|否认|既往|曾|上次|前次|首次"
    rf"|(?:无|未见|非|不符合?) ?(?:ln|狼疮性肾炎)? ?-?(?:{ROMAN})(?![a-z])"
    r"|possible|probable|suspect|exclude|rule out|r/o|previous"
)
PURE = ("i", "ii", "iii", "iv", "v", "vi")
MIXED = {("iii", "v"): "III+V", ("iv", "v"): "IV+V"}


def read_class(text: str) -> str | None:
    """The ISN/RPS class that a text names, as the data contract writes it.

    ``Ⅳ型``, ``IV-G (A/C)``, ``class 4``, ``Ⅲ+Ⅴ型``; II beside V counts as V, as ISN/RPS 2003 has no
    such mixed class. None where no class, or classes that do not go together, are named; where one
    is doubted, denied or past; and of classes of another disease, ``膜性肾病II期``, ``IgA肾病(Lee III级)``.
    """
    simple = plain(text.replace("\n", ";"))
    for sign, letters in SIGNS.items():
        simple = simple.replace(sign, letters)
    if ONLY_FIGURES.fullmatch(simple):
        return _class({FIGURES[figure] for figure in re.findall(r"[1-6]", simple)})
    named: set[str] = set()
    for part in PARTS.split(DEGREE.sub(" ", INDEX.sub(" ", simple))):
        bare = DETAIL.sub(" ", part)
        found = {match[0] for match in CLASS.finditer(bare)} | {
            FIGURES[match["behind"] or match["before"]] for match in FIGURE.finditer(bare)
        }
        if not found or (OTHER_DISEASE.search(part) and not LUPUS.search(part)):
            continue
        if DOUBT.search(part):
            return None
        named |= found
    return _class(named)


def _class(named: set[str]) -> str | None:
    ordered = tuple(name for name in PURE if name in named)
    if len(ordered) == 1:
        return ordered[0].upper()
    if ordered == ("ii", "v"):
        return "V"
    return MIXED.get(ordered)
