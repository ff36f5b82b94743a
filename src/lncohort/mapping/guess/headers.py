"""How well a header fits a part: by the words that hospitals use."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from lncohort.texts.plain import plain

WHOLE, HELD = 1.0, 0.6
LATER = 0.01  # less for each word further down a list: the first are the most usual
SHORTEST_HELD, SHORTEST_LATIN = 2, 3
IN_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
FILE_WORDS = {
    "patient": ("patient", "demograph", "person", "病人", "患者", "基本信息", "人口学"),
    "patient_link": ("link", "merge", "alias", "对照", "映射", "合并", "关联"),
    "encounter": ("encounter", "visit", "admission", "stay", "住院记录", "入院", "出入院", "就诊记录", "就诊"),
    "observation_period": ("observation", "随访", "followup", "follow_up"),
    "prescription": ("prescri", "order", "medic", "drug", "dispens", "处方", "医嘱", "用药", "发药", "药品"),
    "lab": ("lab", "result", "measurement", "检验", "化验", "检查结果"),
    "diagnosis": ("diagnos", "condition", "icd", "诊断"),
    "procedure": ("procedure", "operation", "surgery", "手术", "操作", "透析"),
    "biopsy": ("biops", "patholog", "活检", "病理", "肾穿"),
    "assessment": ("sledai", "score", "assess", "评分", "评估"),
}  # fmt: skip


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    text = files("lncohort.mapping.guess").joinpath("headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache  # each header is held against every part
def simple_header(header: str) -> str:
    """A header in small letters, without blanks, marks and what stands in brackets."""
    return re.sub(r"[\s_\-./:·#]+", "", IN_BRACKETS.sub("", plain(header)))


def fit_of_header(header: str, target: str, role: str) -> float:
    """From 0 to 1: how well a header fits a role of a target."""
    known = _words()
    words = [*known.get(target, {}).get(role, ()), *known["any"].get(role, ())]
    text = simple_header(header)
    best = 0.0
    for place, word in enumerate(words):
        if text == word:
            best = max(best, WHOLE - LATER * place)
        elif len(word) >= (SHORTEST_LATIN if word.isascii() else SHORTEST_HELD) and word in text:
            best = max(best, (HELD - LATER * place) * (0.5 + 0.5 * len(word) / len(text)))
    return max(best, 0.0)


def fit_of_file(label: str, target: str) -> float:
    """Whether the name of a file or sheet holds a word of a target: 1 or 0."""
    text = plain(label)
    return float(any(word in text for word in FILE_WORDS.get(target, ())))
