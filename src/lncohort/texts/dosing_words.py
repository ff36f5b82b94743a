"""The words of dosing directions, English, Latin and Chinese, as one pattern.

Each kind of word is a row of ``KINDS``; the order is the order of preference at one place of the
text, so that ``每日两次`` is found before ``每日``.
"""

import re

EDGE = r"(?:(?<![a-z])|(?![a-z]))"  # never between two Latin letters
NUMBER = (
    r"(?:\d{1,6}(?:[.,]\d{1,6})?|[一二两三四五六七八九]?十[一二三四五六七八九]?"
    r"|[一二两三四五六七八九半])"
)
DAY = r"(?:日|天)"
PERIOD = r"(?:日|天|周|星期|礼拜|个?月)"
HOURS = r"(?:个?小时|hours?|hrs?|h)(?![a-z])"
UNITS = {
    "mg": r"mg|毫克",
    "g": r"g|grams?|克",
    "ug": r"ug|mcg|微克",
    "ml": r"ml|毫升",
    "tablet": r"片|tablets?|tabs?|#|t",
    "capsule": r"粒|颗|capsules?|caps?|胶囊",
    "pill": r"丸|pills?",
    "sachet": r"袋|包|sachets?",
    "ampoule": r"支|ampoules?|amps?",
}
UNIT = "|".join(UNITS.values())
COUNTED = "片|粒|颗|丸|袋|包|支"
# How long before or behind a meal.
APART = r"(?:\d{1,2}(?:-\d{1,2})? ?(?:分钟|小时|(?:min|h)(?![a-z]))|半小时|[一两]小时)"
MEAL = rf"(?:(?:饭|餐|进食)[前后中时] ?{APART}?|空腹|随餐)"
CLOCK = r"(?: ?\d{1,2}(?:点半?|:\d\d))?"
WEEKDAY = "[一二三四五六日天]"
PART = r"(?:1/[24]|\d(?:[.,]\d{1,2})?)"
BROKEN = r"(?:\d{1,3} )?\d/[234]|half(?: a)?"
SLOTS = {
    "morning": (
        rf"每?(?:早上|早晨|清晨|晨起|上午|早(?:餐|饭)(?:[前后时] ?{APART}?)?|晨|早)"
        r"|(?:in the|every|each) morning|morning|mane|qam|(?:0?[5-9]|1[01])(?::\d\d)?am|am"
    ),
    "noon": rf"每?(?:中午|午(?:餐|饭)(?:[前后时] ?{APART}?)?|午|中)|at noon|noon",
    "afternoon": r"每?下午|(?:in the|every) afternoon|afternoon|qpm|pm",
    "night": (
        rf"(?:每日|每天)?(?:临睡前|睡前|睡觉前)|每?(?:晚上|晚间|晚(?:餐|饭)(?:[前后时] ?{APART}?)?|夜间|晚|夜)"
        r"|(?:in the|every|each) evening|evening|(?:at|every|each) (?:night|bedtime)|nightly|bedtime"
        r"|nocte|q?hs|qn"
    ),
}
ROUTES = {
    "oral": r"口服|po|per os|orally|oral|by mouth",
    "iv": (
        r"静脉滴注|静脉注射|静脉推注|静脉泵入|静滴|静注|静推|ivgtt|ivdrip|ivd|ivp|iv drip|iv"
        r"|intravenous(?:ly)?"
    ),
    "im": r"肌肉注射|肌内注射|肌注|im|intramuscular(?:ly)?",
    "sc": r"皮下注射|皮下|sc|subcutaneous(?:ly)?",
    "sublingual": r"舌下含服|舌下|sublingual(?:ly)?",
    "topical": r"外用|涂患处|topical(?:ly)?",
}
LATIN_TAKES = {
    "qd": (1, 1),
    "od": (1, 1),
    "daily": (1, 1),
    "every day": (1, 1),
    "bid": (2, 1),
    "bd": (2, 1),
    "tid": (3, 1),
    "tds": (3, 1),
    "qid": (4, 1),
    "qds": (4, 1),
    "qod": (1, 2),
    "eod": (1, 2),
    "every other day": (1, 2),
    "on alternate days": (1, 2),
    "qw": (1, 7),
    "weekly": (1, 7),
    "every week": (1, 7),
    "biw": (2, 7),
    "tiw": (3, 7),
    "qow": (1, 14),
    "every other week": (1, 14),
    "隔日": (1, 2),
    "隔天": (1, 2),
    "隔周": (1, 14),
}
COUNT_WORDS = r"once|twice|thrice|\d{1,2} ?(?:times?|[x*])"
ENGLISH_NUMBERS = dict(
    one=1, two=2, three=3, four=4, five=5, six=6, seven=7, eight=8, nine=9, ten=10, twelve=12
)


def _words(pattern: str) -> str:
    """A pattern that stands for whole words where it is of Latin letters."""
    return rf"{EDGE}(?:{pattern}){EDGE}"


def _any(words) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


DAY_PARTS = "清晨|晨|早|上午|中午|午|下午|晚|临?睡前"
HOUR = r"\d{1,2}(?::\d\d|点半?)?"

KINDS = {
    "hours_of_day": rf"\( ?{HOUR}(?: ?[-,;、/] ?{HOUR}){{0,5}} ?\)",
    "parts_of_day": (
        rf"{PART}(?:-{PART}){{2,3}}(?![-\d/.,])(?: ?(?:{UNIT}){EDGE})?"
        rf"|\d{{1,3}}(?:-\d{{1,3}}){{2,3}} ?(?:{UNIT}){EDGE}"
    ),
    "range": (
        rf"{NUMBER} ?(?:{UNIT}|次)? ?(?:-|~|至|到|或|或者|to|or) ?{NUMBER}"
        rf"|[一二两三四五六七八九]{{2}}(?={UNIT}|次)"
    ),
    "divided": rf"分(?:成|为)?{NUMBER} ?次|早中?晚分服|(?:in|divided into) \d divided doses",
    "every_hours": (
        rf"(?:(?<![a-z])q ?|(?<![a-z])(?:once )?every |每隔?|(?:[1一] ?次)?/){NUMBER} ?{HOURS}(?:[1一] ?次)?"
        rf"|(?<![\d.,/]){NUMBER} ?{HOURS}[1一] ?次"
    ),
    "every_days": _words(
        rf"(?:q ?|(?:once )?every ){NUMBER} ?(?:days?|d|weeks?|wks?|wk|w|months?|mo|m)"
        rf"|每{NUMBER} ?(?:日|天|周|星期)(?! ?{NUMBER} ?次)"
    ),
    "weekdays": (
        rf"每?(?:周|星期){WEEKDAY}(?:[、,和及 ]?(?:周|星期)?{WEEKDAY}){{1,6}}(?!{COUNTED}|次|个|m?g)"
        rf"|每(?:周|星期){WEEKDAY}(?!{COUNTED}|次|个|m?g|[\d一二两三四五六日天半])"
    ),
    "total_label": (
        rf"(?:每|一|1)?{DAY}(?:总剂量|总量|剂量|用量|量):?|(?<![a-z])(?:total )?daily dose(?: of|:)?"
    ),
    "takes_chinese": (
        rf"(?:每{NUMBER}? ?|(?<![\d一二两三四五六七八九十半周期拜月隔])(?<!\d[.,]){NUMBER}?){PERIOD}{NUMBER} ?次"
        rf"|{NUMBER} ?次(?:/|每){PERIOD}|{NUMBER} ?次/(?:day|d|week|wk|w|month)(?![a-z])"
    ),
    "takes_slash": (
        r"(?<![\d./一二两三四五六七八九十半])(?<!\d,)[1-6] ?/ ?(?:(?:日|天|周|月)(?![一二两三四五六七八九])|(?:day|d|week|wk|w)(?![a-z]))"
    ),
    "takes_apart": rf"(?<![\d.,]){NUMBER} {PERIOD}{NUMBER} ?次",
    "takes_english": rf"(?<![a-z])(?:{COUNT_WORDS})(?: a | an | per | each |/| every | )?"
    r"(?:day|daily|d|week|weekly|wk|month|monthly)(?![a-z])",
    "takes_latin": rf"{_words(_any(LATIN_TAKES))}(?:(?<=[日天周])(?:[1一]次)?)?",
    "monthly": _words("monthly|every month"),
    "doubtful": _words("biweekly|bi-weekly|bimonthly|bi-monthly|qm|semiweekly"),
    "amount_twice": (
        rf"{NUMBER} ?(?:{UNIT}) ?\({NUMBER} ?(?:{UNIT})\)|{NUMBER} ?(?:{UNIT}) ?[*x] ?{NUMBER} ?(?:{UNIT}){EDGE}"
    ),
    "amount": (
        rf"(?:{BROKEN}|{NUMBER}) ?(?:{UNIT}){EDGE}(?:半(?!{COUNTED}|日|天|个))?"
        rf"(?: ?/ ?(?:次|{DAY}|周|dose(?![a-z])|day(?![a-z])|d(?![a-z])|week(?![a-z])|w(?![a-z]))"
        r"| (?:per|a|each) (?:day|dose)(?![a-z]))?"
    ),
    "days": (
        rf"(?:(?<![a-z])(?:x|for) ?|\* ?|共|连服|连用|连续|用药|疗程:?){NUMBER} ?"
        rf"(?:{DAY}|周|星期|(?:days?|d|weeks?|wks?|wk|w)(?![a-z]))|(?<![a-z])d1-\d{{1,2}}(?!\d)"
    ),
    "each_once": r"各[1一] ?次",
    "each": r"各",
    **{f"slot_{name}": rf"{_words(words)}{CLOCK}(?:[1一] ?次)?" for name, words in SLOTS.items()},
    "day_of_parts": (
        rf"(?:^|(?<=[ ,;。(]))每{DAY} ?(?={DAY_PARTS})|每{DAY} ?(?={DAY_PARTS})(?!.*各)"
    ),
    "every_day": rf"每{DAY}(?=$|[ ,;。])",
    "period_label": r"(?:每|一|1)(?:日|天|周|星期|礼拜)",
    "take_label": rf"每次(?:剂量|用量|量)?:?|单次剂量:?|[一1] ?次(?=:? ?(?:口服)?(?:{BROKEN}|{NUMBER}))",
    **{f"route_{name}": _words(words) for name, words in ROUTES.items()},
    "as_needed": _words("prn|sos|必要时|需要时|(?:as|when|if) (?:needed|required|necessary)"),
    "single": r"(?<![a-z\d])(?:stat|st|once)(?![a-z])!?|立即|即刻|临时(?!医嘱)",
    "at_one_go": "顿服",
    "harmless": (
        rf"{MEAL}(?:或{MEAL})*|温?开?水送服|自备药?|自带药?|吞服|服用|用法用量|用法|用量|给予|服|用"
        + "|"
        + _words("pc|ac|(?:with|after|before) (?:food|meals?)|take|give|sig")
    ),
    "bare_days": rf"{NUMBER} ?(?:{DAY}|周|(?:days?|d|weeks?)(?![a-z]))",
    "bare_number": rf"(?<![\d.,/]){NUMBER}(?![\d/%])",
    "plus": r"\+",
    "separator": r"[ ;:、。()/]|[*x](?= ?\d ?次?/ ?(?:日|天|d(?![a-z])))|(?<=.),|\.(?!\d)|and(?![a-z])|和|及",
}
WORD = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()))
AS_NEEDED = re.compile(KINDS["as_needed"])

# Words that say why a text is not understood, where it is not understood for other words too.
TELLING = {
    "as_directed": re.compile(
        r"(?<!长期)(?<!临时)医嘱|遵嘱|说明书|as directed|as instructed|per label|(?<![a-z])(?:ud|ut dict)(?![a-z])"
    ),
    "changing_dose": re.compile(
        r"减量|递减|加量|递增|增量|减半|[减增加] ?(?:\d|[一二两三四五半])|[减增加改]至|[减增加改]为|改[为用]|逐渐|逐步|维持量|首剂|然后"
        r"|taper|titrat|increas|decreas|reduc|(?<![a-z])(?:then|until)(?![a-z])"
    ),
    "by_body_size": re.compile(r"(?<![a-z])kg|mg/m2|m²|公斤|千克|体重|体表"),
}
