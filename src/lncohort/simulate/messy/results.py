"""Laboratory results: a long table of the laboratory and a wide one that a clinic kept by hand."""

import numpy as np
import pandas as pd

from lncohort.simulate.messy.marks import mark, unmarked, with_copies
from lncohort.simulate.messy.people import chinese

WIDE_SHARE = 0.25
COPIES = 0.01
# By test: names and specimens of the laboratory, and units with what a value of the contract's unit
# is multiplied by, and the share of the last unit.
NAMES = {
    "serum_creatinine": [
        ("肌酐", "血清"),
        ("血肌酐", "血清"),
        ("肌酐(Cr)", "血清"),
        ("CREA", "血清"),
    ],
    "urine_protein_24h": [("24小时尿蛋白定量", "24小时尿"), ("尿蛋白定量", "24小时尿")],
    "serum_albumin": [("白蛋白", "血清"), ("ALB", "血清")],
    "complement_c3": [("补体C3", "血清"), ("C3", "血清")],
}
UNITS = {
    "serum_creatinine": [("μmol/L", 1.0), ("umol/L", 1.0), ("mg/dL", 1 / 88.4)],
    "urine_protein_24h": [("g/24h", 1.0), ("g/24h", 1.0), ("mg/24h", 1000.0)],
    "serum_albumin": [("g/L", 1.0), ("g/L", 1.0), ("g/dl", 0.1)],
    "complement_c3": [("g/L", 1.0), ("g/L", 1.0), ("mg/dL", 100.0)],
}
DIGITS = {"mg/dL": 2, "mg/24h": 1, "g/dl": 2}
# Of each look-alike: name, specimen, unit, result; and what is to become of it.
OTHERS = [
    ("肌酐", "尿液", "μmol/L", "8800", "look-alike: creatinine of urine", "unmapped"),
    ("尿肌酐", "尿液", "mmol/L", "8.8", "look-alike: creatinine of urine", "unmapped"),
    ("前白蛋白", "血清", "mg/L", "250", "look-alike: prealbumin", "unmapped"),
    ("钾", "血清", "mmol/L", "4.1", "another test", "used"),
    ("尿蛋白肌酐比", "尿液", "mg/g", "850", "ratio in mg/g", "used"),
    ("尿蛋白/肌酐", "尿液", "mg/mmol", "96", "ratio in mg/mmol", "used"),
]  # fmt: skip
TESTS_OF_OTHERS = {
    "钾": "potassium",
    "尿蛋白肌酐比": "urine_protein_creatinine_ratio",
    "尿蛋白/肌酐": "urine_protein_creatinine_ratio",
}
OTHER_SHARE = 0.03


def long_table(
    rng: np.random.Generator, labs: pd.DataFrame, shown_id: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The laboratory's own table.

    Parameters
    ----------
    rng
    labs
        Results as the contract has them.
    shown_id
        The identifier under which each result stands in the hospital's table.

    Returns
    -------
    (DataFrame, DataFrame)
        The hospital's table, and the results of the truth.
    """
    labs, shown_id = labs.reset_index(drop=True), shown_id.reset_index(drop=True)
    n = len(labs)
    unit, factor = _units(rng, labs["test"])
    digits = unit.map(DIGITS)
    converted = (labs["value"] * factor).round(10)
    value = converted.where(digits.isna(), _rounded(converted, digits.fillna(2)))
    given = labs["unit"] == "mg/dL"  # a few come so from the simulation
    unit, value = unit.where(~given, "mg/dL"), value.where(~given, labs["value"])
    factor = factor.where(~given, 1.0)
    low = (labs["reference_low"] * factor).round(3)
    high = (labs["reference_high"] * factor).round(3)
    result = value.map("{:g}".format)
    over = value > high
    mark_high = over & (rng.random(n) < 0.7)
    names = _names(rng, labs["test"])
    at = pd.to_datetime(labs["sample_date"])
    kind = pd.Series(rng.random(n))
    in_chinese, only_month = kind < 0.08, (kind >= 0.08) & (kind < 0.09)
    lost_word = (kind >= 0.09) & (kind < 0.10)
    no_unit = (kind >= 0.10) & (kind < 0.11) & (unit == "mg/dL")
    bound = (kind >= 0.11) & (kind < 0.2) & (labs["test"] == "urine_protein_24h") & (value < 0.15)
    spaced = (kind >= 0.2) & (kind < 0.25)
    words = np.array(["见报告", "阴性", "+++", "溶血", "标本量不足", "1:320"])
    word = pd.Series(words[rng.integers(0, len(words), n)])
    date = at.dt.strftime("%Y-%m-%d 08:12:00").where(~in_chinese, chinese(at))
    date = date.where(~only_month, at.dt.strftime("%Y年") + at.dt.month.astype(str) + "月")
    rows = unmarked(
        pd.DataFrame(
            {
                "病人ID": shown_id.where(~spaced, shown_id + " "),
                "条码号": "B" + pd.Series(np.arange(n) + 10_000_000).astype(str),
                "标本类型": names["specimen"],
                "检验项目": names["name"],
                "结果": (result + np.where(mark_high, "↑", ""))
                .where(~bound, "<0.15")
                .where(~lost_word, word),
                "单位": unit.where(~no_unit, ""),
                "参考范围": _range(low, high),
                "采样时间": date,
            }
        )
    )
    mark(rows, mark_high & ~lost_word & ~bound, "arrow behind the result")
    mark(rows, unit.isin(list(DIGITS)), "another unit")
    mark(rows, no_unit, "unit not told")
    mark(rows, bound, "below a bound")
    mark(rows, in_chinese, "date in Chinese")
    mark(rows, spaced, "blanks around the identifier")
    mark(rows, only_month, "only a month", "rejected", "day_unknown")
    for text, reason in (
        ("见报告", "text_without_number"),
        ("溶血", "text_without_number"),
        ("标本量不足", "text_without_number"),
        ("阴性", "grade_is_no_amount"),
        ("+++", "grade_is_no_amount"),
        ("1:320", "titre_is_no_amount"),
    ):
        mark(rows, lost_word & (word == text), f"result in words: {text}", "rejected", reason)
    truth = labs.assign(
        value=value.where(~bound, 0.15),
        operator=np.where(bound, "<", None),
        unit=unit.where(~no_unit, None),
        reference_low=low,
        reference_high=high,
    )[~only_month & ~lost_word]
    others, of_others = _others(rng, labs, shown_id)
    rows = pd.concat([rows, others], ignore_index=True)
    return with_copies(rng, rows, COPIES), pd.concat([truth, of_others], ignore_index=True)


def _units(rng, test: pd.Series) -> tuple[pd.Series, pd.Series]:
    place = pd.Series(rng.choice(3, size=len(test), p=[0.6, 0.25, 0.15]))
    every = pd.DataFrame(
        [(t, i, *unit) for t, units in UNITS.items() for i, unit in enumerate(units)],
        columns=["test", "place", "unit", "factor"],
    )
    found = pd.DataFrame({"test": test, "place": place}).merge(
        every, on=["test", "place"], how="left"
    )
    return found["unit"], found["factor"]


def _names(rng, test: pd.Series) -> pd.DataFrame:
    count = test.map({t: len(names) for t, names in NAMES.items()})
    place = np.floor(rng.random(len(test)) * count).astype(int)
    every = pd.DataFrame(
        [(t, i, *name) for t, names in NAMES.items() for i, name in enumerate(names)],
        columns=["test", "place", "name", "specimen"],
    )
    return pd.DataFrame({"test": test, "place": place}).merge(
        every, on=["test", "place"], how="left"
    )


def _rounded(values: pd.Series, digits: pd.Series) -> pd.Series:
    scale = 10.0**digits
    return (values * scale).round() / scale


def _range(low: pd.Series, high: pd.Series) -> pd.Series:
    high_text = high.map("{:g}".format)
    return (low.map("{:g}".format) + "-" + high_text).where(low.notna(), "<" + high_text)


def _others(rng, labs: pd.DataFrame, shown_id: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Results of other tests, some of whose names only look like those of the study."""
    chosen = np.flatnonzero(rng.random(len(labs)) < OTHER_SHARE)
    kind = rng.integers(0, len(OTHERS), len(chosen))
    every = (
        pd.DataFrame(OTHERS, columns=["name", "specimen", "unit", "result", "trap", "fate"])
        .iloc[kind]
        .reset_index(drop=True)
    )
    at = pd.to_datetime(labs["sample_date"].iloc[chosen]).reset_index(drop=True)
    rows = unmarked(
        pd.DataFrame(
            {
                "病人ID": shown_id.iloc[chosen].to_numpy(),
                "条码号": "C" + pd.Series(np.arange(len(chosen)) + 1).astype(str),
                "标本类型": every["specimen"],
                "检验项目": every["name"],
                "结果": every["result"],
                "单位": every["unit"],
                "参考范围": "",
                "采样时间": at.dt.strftime("%Y-%m-%d 08:12:00"),
            }
        )
    )
    for trap in every["trap"].unique():
        mark(rows, every["trap"] == trap, trap)
    mark(rows, every["fate"] == "unmapped", "", "unmapped", "unknown_name")
    rows["_traps"] = rows["_traps"].str.replace(r";;$", ";", regex=True)
    is_used = every["fate"] == "used"
    truth = pd.DataFrame(
        {
            "patient_id": labs["patient_id"].iloc[chosen].to_numpy(),
            "test": every["name"].map(TESTS_OF_OTHERS),
            "sample_date": labs["sample_date"].iloc[chosen].to_numpy(),
            "value": every["result"].astype(float),
            "unit": every["unit"],
            "reference_low": np.nan,
            "reference_high": np.nan,
        }
    )
    return rows, truth[is_used]


WIDE = {
    "serum_creatinine": "血肌酐(μmol/L)",
    "urine_protein_24h": "24h尿蛋白定量(g/24h)",
    "serum_albumin": "白蛋白 (g/L)",
    "complement_c3": "补体C3(g/L)",
}
UNTOLD = "血肌酐"  # a sheet's header without a unit: mg/dL


def wide_sheets(
    labs: pd.DataFrame, shown_id: pd.Series
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """The clinic's own workbook: one row a visit, one column a test; the second sheet in other units.

    Returns
    -------
    (dict of str to DataFrame, DataFrame)
        The sheets by name, and the results of the truth. The limits of the laboratory are lost.
    """
    labs = labs.assign(shown=shown_id.to_numpy()).reset_index(drop=True)
    # Two results of one test on one day stand in two rows.
    labs["sample"] = labs.groupby(["patient_id", "test", "sample_date"]).cumcount()
    is_second = pd.to_datetime(labs["sample_date"]).dt.year >= 2017
    from_simulation = labs["unit"] == "mg/dL"
    value = labs["value"].where(~from_simulation, (labs["value"] * 88.4).round(0))
    in_mg = is_second & (labs["test"] == "serum_creatinine")
    value = value.where(~in_mg, (value / 88.4).round(2))
    unit = labs["test"].map({t: units[0][0].replace("μ", "u") for t, units in UNITS.items()})
    unit = unit.where(~in_mg, "mg/dL")
    truth = labs.assign(value=value, unit=unit, reference_low=np.nan, reference_high=np.nan)
    sheets = {}
    for name, part in (("2016年以前", ~is_second), ("2017年起", is_second)):
        wide = (
            truth[part]
            .pivot(index=["shown", "sample_date", "sample"], columns="test", values="value")
            .reindex(columns=list(WIDE))
            .reset_index()
        )
        day = pd.to_datetime(wide["sample_date"])
        headers = dict(WIDE)
        if name == "2017年起":
            headers["serum_creatinine"] = UNTOLD
            day = (day - pd.Timestamp("1899-12-30")).dt.days  # a date that lost its format
        sheets[name] = pd.DataFrame(
            {"登记 号": wide["shown"], "检查日期": day}
            | {header: wide[test] for test, header in headers.items()}
        )
    return sheets, truth.drop(columns=["shown", "sample"])
