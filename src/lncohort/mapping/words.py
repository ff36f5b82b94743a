"""Short words of hospital tables: sex, status of an order, unit, operator, name of a score."""

import re

from lncohort.texts.codings import guess_sexes
from lncohort.texts.plain import plain

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
    *("entered in error", "entered-in-error", "draft", "refused", "rejected", "aborted"),
)
GIVEN_BACK = ("退费", "退药", "已退", "退货", "refund", "returned")
OPERATORS = {
    "<": "<",
    "小于": "<",
    "lt": "<",
    "<=": "<=",
    "≤": "<=",
    "小于等于": "<=",
    ">": ">",
    "大于": ">",
    "gt": ">",
    ">=": ">=",
    "≥": ">=",
    "大于等于": ">=",
}
WORDS_OF_UNITS = {
    "微摩尔": "umol",
    "毫摩尔": "mmol",
    "毫克": "mg",
    "微克": "ug",
    "分升": "dL",
    "毫升": "mL",
    "24小时": "24h",
    "24hr": "24h",
    "24hrs": "24h",
    "/天": "/24h",
    "/日": "/24h",
    "克": "g",
    "升": "L",
}
SLEDAI = re.compile(
    r"sle-?dai(-? ?(2k|2000))?(评分|积分|score)?|系统性红斑狼疮疾病活动(度|性)?指数.*"
)


def read_sex(text: str) -> str | None:
    """Female or male, where the text tells it; a number does not."""
    return guess_sexes([text]).meaning.get(text)


def read_status(text: str) -> bool:
    """Whether an order was carried out: not where its status says that it was not."""
    simple = plain(text)
    return not any(word in simple for word in NOT_CARRIED_OUT)


def read_given_back(text: str) -> bool:
    """Whether the status of a row says that the supply was given back."""
    simple = plain(text)
    return any(word in simple for word in GIVEN_BACK)


def read_operator(text: str) -> str | None:
    """The operator of a result that stands in a column of its own; None for = and the rest."""
    return OPERATORS.get(plain(text))


def read_unit(text: str) -> str | None:
    """A unit with its Chinese words put into signs; None where there is none."""
    simple = plain(text)
    for word, sign in WORDS_OF_UNITS.items():
        simple = simple.replace(word, sign)
    return simple.replace(" ", "") or None


def read_instrument(text: str) -> str | None:
    """The instrument of a score; None for one that is not known."""
    simple = plain(text)
    if simple == "-":
        return "-"
    return "sledai_2k" if simple == "sledai_2k" or SLEDAI.fullmatch(simple) else None
