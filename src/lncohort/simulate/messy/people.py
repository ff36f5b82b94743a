"""Patients in two tables of two campuses, under identifiers with zeros, blanks and replacements."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.simulate.messy.marks import mark, unmarked, with_copies

WIDTH = 10
OLD_ID_FROM = 700_000
OLD_ID_SHARE, OLD_ID_LISTED_SHARE, SECOND_CAMPUS_SHARE = 0.08, 0.5, 0.25
COPIES = 0.01


@dataclass(frozen=True)
class People:
    """The patients, and how the hospital names them.

    Attributes
    ----------
    truth : DataFrame
        The patient table of the extract, with the hospital's identifiers without leading zeros.
    plain : Series
        Of each simulated identifier the hospital's, without leading zeros.
    old : Series
        Of the simulated identifiers of some patients an earlier one of the hospital.
    """

    truth: pd.DataFrame
    plain: pd.Series
    old: pd.Series


def draw_people(rng: np.random.Generator, patient: pd.DataFrame) -> People:
    """Give the patients the identifiers of a hospital."""
    number = np.arange(1, len(patient) + 1)
    plain = pd.Series((20_000 + 37 * number).astype(str), index=patient["patient_id"])
    has_old = rng.random(len(patient)) < OLD_ID_SHARE
    old = pd.Series((OLD_ID_FROM + number).astype(str), index=patient["patient_id"])[has_old]
    truth = patient.assign(patient_id=plain.to_numpy())
    return People(truth, plain, old)


def with_zeros(identifiers: pd.Series) -> pd.Series:
    """Identifiers as the hospital's main system writes them."""
    return identifiers.str.zfill(WIDTH)


def slashed(days: pd.Series) -> pd.Series:
    """Dates as 2019/3/5; empty where there is none."""
    days = pd.to_datetime(days)
    parts = [days.dt.year, days.dt.month, days.dt.day]
    year, month, day = (part.astype("Int64").astype("string") for part in parts)
    return (year + "/" + month + "/" + day).fillna("")


def chinese(days: pd.Series) -> pd.Series:
    """Dates as 2019年3月5日."""
    parts = slashed(days).str.split("/", expand=True)
    return parts[0] + "年" + parts[1] + "月" + parts[2] + "日"


def compact(days: pd.Series) -> pd.Series:
    """Dates as 20190305."""
    return pd.to_datetime(days).dt.strftime("%Y%m%d").fillna("")


def main_campus(rng: np.random.Generator, people: People, is_second: np.ndarray) -> pd.DataFrame:
    """The main campus: sex in words, dates with strokes; some patients are there twice."""
    truth = people.truth[~is_second]
    old = people.old[rng.random(len(people.old)) < OLD_ID_LISTED_SHARE]
    old = old[~is_second[people.plain.index.get_indexer(old.index)]]
    again = people.truth.iloc[people.plain.index.get_indexer(old.index)]
    again = again.assign(patient_id=old.to_numpy())
    both = pd.concat([truth, again], ignore_index=True)
    rows = unmarked(
        pd.DataFrame(
            {
                "病案号": with_zeros(both["patient_id"]),
                "姓名": "测试" + both["patient_id"],
                "性别": both["sex"].map({"female": "女", "male": "男"}),
                "出生日期": slashed(both["birth_date"]),
                "死亡日期": slashed(both["death_date"]),
                "民族": "汉族",
            }
        )
    )
    is_old = np.arange(len(both)) >= len(truth)
    mark(rows, is_old, "patient under two identifiers", "out_of_scope", "merged_into_one_patient")
    return with_copies(rng, rows, COPIES)


def second_campus(people: People, is_second: np.ndarray) -> pd.DataFrame:
    """The second campus: sex as 1 and 2, days of a spreadsheet."""
    truth = people.truth[is_second]
    rows = unmarked(
        pd.DataFrame(
            {
                "登记号": with_zeros(truth["patient_id"]),
                "性别": truth["sex"].map({"male": 1, "female": 2}),
                "出生日期": pd.to_datetime(truth["birth_date"]),
                "死亡日期": pd.to_datetime(truth["death_date"]),
            }
        )
    )
    mark(rows, np.ones(len(rows), bool), "sex as numbers")
    return rows


def links(people: People) -> pd.DataFrame:
    """Which identifier was replaced by which."""
    return unmarked(
        pd.DataFrame(
            {
                "旧病案号": with_zeros(people.old),
                "主病案号": with_zeros(people.plain[people.old.index]),
            }
        )
    )
