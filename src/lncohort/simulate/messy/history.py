"""Diagnoses, procedures, biopsies and scores in the words of a hospital."""

import numpy as np
import pandas as pd

from lncohort.simulate.messy.marks import mark, unmarked, with_copies
from lncohort.simulate.messy.people import chinese, compact

SLE = "systemic_lupus_erythematosus"
# Of each concept: what stands in the cell, its code, and every concept that the two assert.
DIAGNOSES = {
    "lupus_nephritis": [
        ("狼疮性肾炎", "M32.1+N08.5*", (SLE, "lupus_nephritis")),
        ("系统性红斑狼疮性肾炎", "M32.101†N08.5*", (SLE, "lupus_nephritis")),
        ("1.系统性红斑狼疮 2.狼疮性肾炎", "", (SLE, "lupus_nephritis")),
        ("狼疮肾炎 IV型", "M32.100", (SLE, "lupus_nephritis")),
    ],
    "hypertension": [
        ("高血压病3级（极高危）", "I10.x00", ("hypertension",)),
        ("原发性高血压", "I10", ("hypertension",)),
    ],
    "diabetes": [("2型糖尿病", "E11.900", ("diabetes",)), ("糖尿病", "", ("diabetes",))],
    "other_autoimmune": [("干燥综合征", "M35.000", ("other_autoimmune",))],
}
DOUBTED = ["狼疮性肾炎待排", "排除狼疮性肾炎", "狼疮性肾炎？", "糖尿病肾病待查", "否认高血压病史"]
OTHERS = [("上呼吸道感染", "J06.900"), ("慢性胃炎", "K29.502")]
PROCEDURES = {
    "kidney_biopsy": ["肾穿刺活检术", "超声引导下经皮肾穿刺活检"],
    "dialysis": ["血液透析", "维持性血液透析治疗"],
    "kidney_transplant": ["同种异体肾移植术"],
}
CLASSES = {
    "I": ["Ⅰ型", "I"],
    "II": ["Ⅱ型", "class II"],
    "III": ["Ⅲ-A", "III (A/C)"],
    "IV": ["Ⅳ-G(A)", "IV-S (A/C)", "LN Ⅳ型"],
    "V": ["Ⅴ型", "V"],
    "VI": ["Ⅵ型", "VI"],
    "III+V": ["Ⅲ(A)+Ⅴ", "III+V"],
    "IV+V": ["Ⅳ-G(A)+Ⅴ", "IV+V型"],
}
EXTRA_SHARE = 0.1


def _chosen(rng, concept: pd.Series, forms: dict[str, list]) -> pd.Series:
    """One form of each row's concept."""
    places = np.floor(rng.random(len(concept)) * concept.map({c: len(f) for c, f in forms.items()}))
    keys = pd.DataFrame({"concept": concept.to_numpy(), "place": places.astype(int).to_numpy()})
    every = pd.DataFrame(
        [(c, i, f) for c, of_concept in forms.items() for i, f in enumerate(of_concept)],
        columns=["concept", "place", "form"],
    )
    return keys.merge(every, on=["concept", "place"], how="left")["form"]


def diagnoses(
    rng: np.random.Generator, diagnosis: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The hospital's table of diagnoses, and those of the truth."""
    form = _chosen(rng, diagnosis["concept"], DIAGNOSES)
    rows = unmarked(
        pd.DataFrame(
            {
                "患者ID": diagnosis["patient_id"].str.zfill(10).to_numpy(),
                "诊断日期": compact(diagnosis["diagnosis_date"]).to_numpy(),
                "诊断名称": form.str[0],
                "ICD编码": form.str[1],
                "诊断类型": "出院诊断",
            }
        )
    )
    mark(rows, rows["ICD编码"].str.contains("[†*]"), "code with a dagger and a star")
    mark(rows, rows["诊断名称"].str.contains(r"^1\."), "several diagnoses in one cell")
    truth = diagnosis.reset_index(drop=True).assign(concept=form.str[2]).explode("concept")
    extra = []
    for texts, trap, fate, reason in (
        ([(text, "") for text in DOUBTED], "ruled out or doubted", "out_of_scope", None),
        (OTHERS, "another diagnosis", "unmapped", "unknown_name"),
    ):
        some = rows[rng.random(len(rows)) < EXTRA_SHARE].assign(_traps="")
        place = rng.integers(0, len(texts), len(some))
        some["诊断名称"] = [texts[i][0] for i in place]
        some["ICD编码"] = [texts[i][1] for i in place]
        mark(some, some.index, trap, fate, reason or "ruled_out_or_doubted")
        extra.append(some)
    rows = pd.concat([rows, *extra], ignore_index=True).drop_duplicates(
        ["患者ID", "诊断日期", "诊断名称"], ignore_index=True
    )
    return with_copies(rng, rows, 0.01), truth


def procedures(rng: np.random.Generator, procedure: pd.DataFrame) -> pd.DataFrame:
    """The hospital's table of procedures; a fistula is no dialysis."""
    rows = unmarked(
        pd.DataFrame(
            {
                "病案号": procedure["patient_id"].str.zfill(10).to_numpy(),
                "手术及操作名称": _chosen(rng, procedure["concept"], PROCEDURES),
                "手术日期": pd.to_datetime(procedure["procedure_date"])
                .dt.strftime("%Y-%m-%d")
                .to_numpy(),
                "麻醉方式": "局麻",
            }
        )
    )
    other = rows[rng.random(len(rows)) < EXTRA_SHARE].assign(手术及操作名称="动静脉内瘘成形术")
    mark(other, other.index, "another procedure", "unmapped", "unknown_name")
    return pd.concat([rows, other], ignore_index=True)


def biopsies(rng: np.random.Generator, biopsy: pd.DataFrame) -> pd.DataFrame:
    """The pathologist's table."""
    rows = unmarked(
        pd.DataFrame(
            {
                "病案号": biopsy["patient_id"].str.zfill(10).to_numpy(),
                "肾穿日期": chinese(biopsy["biopsy_date"]).to_numpy(),
                "病理分型": _chosen(rng, biopsy["isn_rps_class"], CLASSES),
                "AI/CI": "8/2",
            }
        )
    )
    mark(rows, rows["病理分型"].str.contains("[ⅠⅡⅢⅣⅤⅥ]"), "class in Roman signs")
    unread = rows[rng.random(len(rows)) < 0.03].assign(病理分型="膜性肾病待排", _traps="")
    mark(unread, unread.index, "class not told", "unmapped", "unknown_class")
    return pd.concat([rows, unread], ignore_index=True)


def scores(assessment: pd.DataFrame) -> pd.DataFrame:
    """The table of disease activity."""
    return unmarked(
        pd.DataFrame(
            {
                "病案号": assessment["patient_id"].str.zfill(10).to_numpy(),
                "评估日期": compact(assessment["assessment_date"]).to_numpy(),
                "SLEDAI评分": assessment["score"].map("{:g}".format).to_numpy(),
            }
        )
    )
