"""The words that make a diagnosis denied, doubted, past or of a relative; English and Chinese."""

import re
from dataclasses import dataclass
from typing import Literal

Status = Literal["asserted", "negated", "uncertain", "family", "history"]


@dataclass(frozen=True)
class Mark:
    """Words of one meaning.

    Attributes
    ----------
    status : str
        What they make of a diagnosis.
    side : str
        Where they stand: before it, behind it, or either.
    lists : bool
        Whether they are said of a whole list where they stand before it. What is denied often is
        one; what is to be ruled out is one diagnosis.
    words : str
        As a pattern, in plain form.
    """

    status: Status
    side: Literal["before", "behind", "either"]
    lists: bool
    words: str


# Names of diseases that begin with a word of negation.
NAMED_WITH_NONE = "症状|症候|痛|菌|脉|功能|力|汗|尿|精|排卵|性|创|肌病|牙|晶|虹膜|脑|丙种"
# In 糖尿病史 the 病 is part of the name, in 高血压病史 it is not.
NAMED_WITH_ILLNESS = "尿心肺肾胃肝血脑"
RELATIVES = (
    "母亲|其母|父亲|其父|父母|祖父|祖母|外祖父|外祖母|姐姐|妹妹|姐妹|姊妹|哥哥|弟弟|兄弟|兄妹|儿子|女儿"
    "|叔叔|姑姑|舅舅|姨妈|亲属"
)
ENGLISH_RELATIVES = (
    "mother|father|sisters?|brothers?|siblings?|aunt|uncle|grandmother|grandfather|son|daughter"
)


def _english(words: str) -> str:
    return rf"(?<![a-z])(?:{words})(?![a-z])"


# The order is the order of preference at one place: doubt that holds a negation comes first.
MARKS = (
    Mark(
        "uncertain",
        "either",
        False,
        r"(?:不能?|不可|未能?|尚不能|待)(?:完全)?(?:排除|除外)|待排|可能性大|可能|高度可疑|可疑|疑似|有无|\?+|"
        + _english(
            "cannot be excluded|cannot exclude|not excluded|not ruled out|to be (?:excluded|confirmed)"
            "|to be ruled out|suspected|suspicion of|possible|possibly|probable|probably|likely"
        ),
    ),
    Mark(
        "uncertain",
        "before",
        False,
        r"怀疑|高度疑|疑(?!难|似|病)|拟诊|考虑为?|"
        + _english("r/o|(?:to )?rule out|suspect|query|differential diagnosis"),
    ),
    Mark("uncertain", "behind", False, "待查|待诊|待明确|待确诊"),
    Mark("family", "either", True, "(?:有)?家族史"),
    Mark(
        "family",
        "before",
        True,
        rf"(?:{RELATIVES})(?:曾?患有?|有)?|"
        + _english(
            "(?:family history|fhx|fh) of|family history|fhx"
            rf"|(?:{ENGLISH_RELATIVES})(?: (?:with|has|had|have))?"
        ),
    ),
    Mark(
        "negated",
        "before",
        True,
        rf"否认(?:有|患)?|没有|未见|未发现|未患|不伴|并无|无(?!{NAMED_WITH_NONE})|"
        + _english(
            "no evidence of|no history of|no signs? of|negative for|absence of|denies|denied|without"
            "|never had|not|no"
        ),
    ),
    Mark(
        "negated",
        "either",
        False,
        "已?排除|除外|" + _english("ruled out|excluded|exclusion of|absent"),
    ),
    Mark(
        "history",
        "before",
        True,
        "既往史?(?:有|曾?患)?(?!病?史)|曾患|曾有|"
        + _english("(?:past )?history of|h/o|hx of|past medical history|pmh|previous|prior"),
    ),
    Mark(
        "history",
        "behind",
        False,
        rf"(?:既往)?(?:(?<![{NAMED_WITH_ILLNESS}])病)?史(?=$|[\d\s()]|多年|余)|"
        + _english("history|in the past"),
    ),
)
MARK = re.compile("|".join(f"(?P<m{n}>{mark.words})" for n, mark in enumerate(MARKS)))
