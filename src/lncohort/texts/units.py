"""A unit of a laboratory in one spelling, of the many that hospitals have."""

import re

from lncohort.texts.plain import plain

CHINESE = {
    "微摩尔": "umol",
    "毫摩尔": "mmol",
    "毫克": "mg",
    "微克": "ug",
    "分升": "dl",
    "毫升": "ml",
    "高倍镜?视野|高倍镜?": "hpf",
    "小时": "h",
    "分钟": "min",
    "天|日": "24h",
    "平方米": "m2",
    "克": "g",
    "升": "l",
}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SPELLINGS = (
    (r"\.$", ""),
    # As UCUM writes them: g/(24.h), mL/min/{1.73_m2}, mg/g{creat}, /[HPF].
    (r"[({]24\.?h[)}]", "24h"),
    (r"\{1\.73_?m2\}", "1.73m2"),
    (r"\{[^{}]*\}$", ""),
    (r"\[(iu|hpf|lpf)\]", r"\1"),
    (r"(?<=/)mm(?:3|³)$", "ul"),
    (r"^giga/l$", "10^9/l"),
    (r"^mikromol", "umol"),
    (r"^[*x](?=10)", ""),
    (r"^10(?:~|e|\*\*|\*)(?=\d)", "10^"),
    (r"^10(9|12)(?=/l$)", r"10^\1"),  # 10⁹/L whose 9 is no longer raised
    (r"个(?=/hp)|(?<=^10.9)个", ""),
    (r"/hp$", "/hpf"),
    (r"/24h(?:ou)?(?:rs?)?尿?$|/1?d(?:ay)?$|/j(?:our)?$", "/24h"),
    # Of a ratio to creatinine the unit is that of the ratio: mg/g Cr, mg/mmol·Cr, mg/g肌酐.
    (r"(?<=/)(g|mmol|mol)[·.*(]*(?:尿?肌酐|u?crea?(?:t(?:inine)?)?|u?cr)\)?$", r"\1"),
    # Per minute and 1.73 m²: mL/(min·1.73m²), ml/min*1.73m2, mL·min-1·(1.73m2)-1.
    (r"^ml[/·*.](?:\(?min|min-1)[·*./]*\(?1\.73(?:m\^?2|m\*2)\)*(?:-1)?$", "ml/min/1.73m2"),
)


def read_unit(text: str) -> str | None:
    """A unit without what is no part of it, in small letters and one spelling; None where none is.

    ``×10^9/L``, ``10E9/L`` and ``10⁹/L`` are one unit, as are ``g/24小时``, ``g/天`` and ``g/24hr``,
    or ``个/HP`` and ``/HPF``. A unit that is not known comes back as it is.

    Parameters
    ----------
    text : str
        As it stands in the extract.
    """
    simple = plain(text).replace(" ", "").translate(RAISED)
    for words, sign in CHINESE.items():
        simple = re.sub(words, sign, simple)
    simple = re.sub("24(?=24h)", "", simple)
    for spelling, sign in SPELLINGS:
        simple = re.sub(spelling, sign, simple)
    return simple or None
