"""Short words of hospital tables: sex, status of an order, operator, name of a score."""

import re

from lncohort.texts.codings import guess_sexes
from lncohort.texts.numbers import WRITTEN, DecimalMark, read_number
from lncohort.texts.plain import plain
from lncohort.texts.results import OPERATORS as BEFORE_RESULTS

NOT_CARRIED_OUT = (
    *("取消", "作废", "撤销", "撤消", "未执行", "未发", "未发药", "未取药", "未收费", "退费"),
    *(
        "退药",
        "已退",
        "退货",
        "returned",
        "refund",
        "拒绝",
        "cancel",
        "void",
        "not executed",
        "not dispensed",
        "not administered",
    ),
    *("无效", "删除", "撤回", "撤单", "驳回", "退回", "未审核", "未校对", "未提交", "未确认"),
    *("待执行", "待审核", "待发药", "待确认"),
    *("entered in error", "entered-in-error", "draft", "refused", "rejected", "aborted"),
)
BARE_CODE = re.compile(r"[0-9]{1,3}|[a-z]|是|否|有|无|yes|no|true|false|√|[*]|-")
GIVEN_BACK = ("退费", "退药", "已退", "退货", "refund", "returned")
NOT_SURE = (
    *(
        "疑",
        "拟诊",
        "待查",
        "待排",
        "待诊",
        "待定",
        "待确",
        "未确",
        "不确定",
        "可能",
        "排除",
        "除外",
    ),
    *("否认", "否定", "撤销", "作废", "无效", "删除", "entered in error", "entered-in-error"),
    *("preliminary", "provisional", "tentative", "suspect", "possible", "probable", "uncertain"),
    *("differential", "rule out", "ruled out", "r/o", "refuted", "unconfirmed", "not confirmed"),
    *("verdacht", "ausgeschlossen", "ausschluss", "exclu", "écarté"),
)
SURE = ("确诊", "确定", "confirmed", "definite", "final", "gesichert")
OPERATORS = BEFORE_RESULTS | {"lt": "<", "gt": ">"}
FIGURES_OF_CONCEPT = 7
BEFORE_NUMBER = re.compile(r"[^\d.,]*")
UNIT_WORDS = (
    *("片", "粒", "颗", "丸", "袋", "包", "支", "枚", "tablet", "tablets", "tab", "tabs"),
    *("capsule", "capsules", "cap", "caps", "pill", "pills", "ampoule", "ampoules", "vial"),
    *("vials", "sachet", "sachets", "unit", "units", "ea", "each"),
)
EITHER_WORDS = ("unit", "units", "ea", "each")  # of a product in packs, a pack or what is in it
PACK_WORDS = ("盒", "瓶", "板", "box", "boxes", "bottle", "bottles", "pack", "packs", "package")
MG_WORDS = {"mg": 1, "毫克": 1, "milligram": 1, "g": 1000, "克": 1000, "gram": 1000}
NUMBER_AND_UNIT = re.compile(rf"(?P<sign>[+-]?) ?(?P<number>{WRITTEN}) ?(?P<unit>[^\W\d_]*)")
A_DAY = re.compile(r" ?/ ?(?:日|天|d|day)$")
DAYS_OF = {"天": 1, "日": 1, "d": 1, "day": 1, "days": 1, "周": 7, "星期": 7, "week": 7, "weeks": 7}
KINDS_OF_ORDER = {
    "once": ("临时", "临嘱", "stat", "one-time", "once"),
    "standing": ("长期", "长嘱", "standing", "continuous"),
    "home": ("带药", "discharge medic", "take home", "take-home"),
}
SLEDAI = re.compile(
    r"sle-?dai(-? ?(2k|2000))?(评分|积分|score)?|系统性红斑狼疮疾病活动(度|性)?指数.*"
)
# Behind points stands what they amount to, in words.
POINTS = re.compile(
    r"(?:sle-?dai(?:-? ?(?:2k|2000))?[ -]*(?:评分|积分|得分|总分|score)? ?[:=为]? ?)?(?P<points>-?\d{1,3}(?:[.,]\d{1,2})?)"
    r" ?(?:分|points?)?[ ,]?(?:\([^()\d]*\)|[轻中重]度?活动|无活动)?"
)


def read_sex(text: str) -> str | None:
    """Female or male, where the text tells it; a number does not."""
    return guess_sexes([text]).meaning.get(text)


def read_status(text: str) -> bool | None:
    """Whether an order was carried out: not where its status says that it was not.

    None for a bare code or a yes: 1 under 作废标志 means the contrary of 1 under 执行标志.
    """
    simple = plain(text)
    if BARE_CODE.fullmatch(simple):
        return None
    return not _holds(simple, NOT_CARRIED_OUT)


def read_certainty(text: str) -> bool | None:
    """Whether a diagnosis is sure by what a column beside it says; an empty one says nothing of it.

    None for a bare code or a yes: 1 under 疑诊标志 means the contrary of 1 under 确诊标志.
    """
    simple = plain(text)
    if BARE_CODE.fullmatch(simple):
        return None
    return not any(word in simple for word in NOT_SURE)


def tells_certainty(text: str) -> bool:
    """Whether a text is one of a column that says how sure a diagnosis is."""
    simple = plain(text)
    return bool(BARE_CODE.fullmatch(simple)) or any(w in simple for w in (*SURE, *NOT_SURE))


def read_given_back(text: str) -> bool:
    """Whether the status of a row says that the supply was given back."""
    return _holds(plain(text), GIVEN_BACK)


def _holds(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in a text, and not denied: 未作废."""
    return any(word in text and not re.search(f"(?:未|非|无){word}", text) for word in words)


def read_operator(text: str) -> str | None:
    """The operator of a result, alone or before its number; None for = and the rest."""
    return OPERATORS.get(BEFORE_NUMBER.match(plain(text))[0].rstrip())


def is_code_of_operator(text: str) -> bool:
    """Whether a text is the number of a concept, of which the mapping says nothing; few results are so large."""
    return text.isdecimal() and len(text) >= FIGURES_OF_CONCEPT


def read_days(text: str, decimal_mark: DecimalMark) -> float | None:
    """A number of days: 28, 28天, 4周; a month is of no fixed length."""
    told = NUMBER_AND_UNIT.fullmatch(plain(text))
    if told is None or told["unit"] not in ("", *DAYS_OF):
        return None
    number = read_number(told["number"], decimal_mark)
    days = DAYS_OF.get(told["unit"], 1)
    return None if number is None else (-1 if told["sign"] == "-" else 1) * float(number) * days


def read_quantity(text: str, decimal_mark: DecimalMark) -> tuple[float | None, str]:
    """A quantity, below 0 where it was given back, and the unit behind it: 2盒, -1 盒, 28.

    A unit is read only where it is one of a quantity; an empty one is none.
    """
    told = NUMBER_AND_UNIT.fullmatch(plain(text))
    if told is None or told["unit"] not in ("", *UNIT_WORDS, *PACK_WORDS, *MG_WORDS):
        return None, ""
    number = read_number(told["number"], decimal_mark)
    if number is None:
        return None, ""
    return (-1 if told["sign"] == "-" else 1) * float(number), told["unit"]


def read_daily_mg(text: str, decimal_mark: DecimalMark) -> float | None:
    """A daily dose in mg: 2, 2mg, 1.5 g/d."""
    number, unit = read_quantity(A_DAY.sub("", plain(text)), decimal_mark)
    if number is None or unit not in ("", *MG_WORDS):
        return None
    return number * MG_WORDS.get(unit, 1)


def read_order_type(text: str) -> str | None:
    """Whether an order stands until it is stopped, is for once, or for home: 长期, 临时, 出院带药."""
    simple = plain(text)
    told = {kind for kind, words in KINDS_OF_ORDER.items() if any(w in simple for w in words)}
    return "home" if "home" in told else told.pop() if len(told) == 1 else None


def read_score(text: str, decimal_mark: DecimalMark) -> float | None:
    """The points of a score: 12, 12分, SLEDAI评分12分, 12分(重度活动)."""
    told = POINTS.fullmatch(plain(text))
    points = "" if told is None else told["points"]
    number = read_number(points.removeprefix("-"), decimal_mark)
    return None if number is None else (-1 if points.startswith("-") else 1) * float(number)


def read_instrument(text: str) -> str | None:
    """The instrument of a score; None for one that is not known."""
    simple = plain(text)
    if simple == "-":
        return "-"
    return "sledai_2k" if simple == "sledai_2k" or SLEDAI.fullmatch(simple) else None
