"""Prescriptions of outpatients in two systems, and the pharmacy's own record of what it gave out."""

import numpy as np
import pandas as pd

from lncohort.simulate.messy.directions import (
    FREQUENCIES,
    LOOK_ALIKES,
    NEEDS_TWO_UNITS,
    READABLE,
    UNREADABLE,
    in_words,
    product_of,
)
from lncohort.simulate.messy.marks import TRAPS, mark, unmarked, with_copies
from lncohort.simulate.messy.people import compact, slashed

UNREADABLE_SHARE, LOOK_ALIKE_SHARE, NOT_DONE_SHARE = 0.04, 0.05, 0.02
REFUNDED_SHARE, SECOND_FILE_SHARE, COPIES = 0.02, 0.15, 0.01
REFUND_AFTER_DAYS = 2
ALL_OF = "_order"  # the place of an order in the truth


def old_system(rng: np.random.Generator, orders: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first system: amount, unit and frequency in columns, days of supply told.

    Parameters
    ----------
    rng
    orders
        Oral orders, with the hospital's identifiers without leading zeros.

    Returns
    -------
    (DataFrame, DataFrame)
        The hospital's table, and the prescriptions of the truth.
    """
    product = product_of(rng, orders["drug"], orders["daily_dose_mg"])
    names = np.array(list(FREQUENCIES))
    frequency = pd.Series(names[rng.integers(0, len(names), len(orders))])
    takes = frequency.map(FREQUENCIES)
    daily = orders["daily_dose_mg"].reset_index(drop=True)
    units = daily / product["mg"]
    # Whole units at a time; otherwise once a day.
    whole = (units % takes == 0) | daily.isna()
    frequency, takes = frequency.where(whole, "qd"), takes.where(whole, 1)
    in_mg = pd.Series(rng.random(len(orders)) < 0.5)
    amount = np.where(in_mg, daily / takes, units / takes)
    dose = pd.Series(amount).map("{:g}".format).where(daily.notna(), "")
    rows = unmarked(
        pd.DataFrame(
            {
                "病人ID": orders["patient_id"].to_numpy(),
                "处方号": "CF" + pd.Series(np.arange(len(orders)) + 100_000).astype(str),
                "药品名称": product["name"],
                "规格": product["mg"].map("{:g}".format)
                + "mg*"
                + product["pack"].astype(str)
                + product["word"]
                + "/盒",
                "单次用量": dose,
                "用量单位": np.where(in_mg, "mg", product["word"]),
                "频次": frequency.where(daily.notna(), "遵医嘱"),
                "给药途径": "口服",
                "天数": orders["days_supply"].astype(int).astype(str).to_numpy(),
                "开方日期": slashed(orders["start_date"]).to_numpy(),
                "开方时间": "08:31:00",
                "状态": "已发药",
                ALL_OF: np.arange(len(orders)),
            }
        )
    )
    every = np.ones(len(rows), bool)
    mark(rows, every, "identifier without its leading zeros")
    mark(rows, every, "date and time in two columns")
    mark(rows, daily.isna(), "dose unknown (as directed)")
    truth = orders.reset_index(drop=True).assign(end_date=pd.NaT)
    rows = pd.concat([rows, *_not_taken(rng, rows, "处方号", "状态")], ignore_index=True)
    return with_copies(rng, rows, COPIES).drop(columns=ALL_OF), truth


def new_system(
    rng: np.random.Generator, orders: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The second system: directions in full and a quantity, from which the days have to be reckoned.

    Returns
    -------
    (DataFrame, DataFrame, DataFrame)
        The hospital's prescriptions, the pharmacy's record, and the prescriptions of the truth.
    """
    daily = orders["daily_dose_mg"].reset_index(drop=True)
    days = orders["days_supply"].reset_index(drop=True)
    product = product_of(rng, orders["drug"], daily)
    units = daily / product["mg"]
    readable, unreadable = np.array(list(READABLE)), np.array(list(UNREADABLE))
    form = pd.Series(readable[rng.integers(0, len(readable), len(orders))])
    form = form.where(~form.isin(NEEDS_TWO_UNITS) | (units >= 2), "once a day")
    is_lost = pd.Series(rng.random(len(orders)) < UNREADABLE_SHARE) | daily.isna()
    lost = pd.Series(unreadable[rng.integers(0, len(unreadable), len(orders))])
    form = form.where(~is_lost, lost.where(daily.notna(), "as directed"))
    quantity = (units * days).fillna(product["pack"])
    in_packs = (quantity % product["pack"] == 0) & (rng.random(len(orders)) < 0.7)
    quantity = np.where(in_packs, quantity / product["pack"], quantity)
    rows = unmarked(
        pd.DataFrame(
            {
                "病案号": orders["patient_id"].str.zfill(10).to_numpy(),
                "处方明细号": np.arange(len(orders)) + 5_000_000,
                "药品": product["name"],
                "药品规格": product["mg"].map("{:g}".format)
                + "mg×"
                + product["pack"].astype(str)
                + product["word"],
                "用法用量": in_words(form, daily, product),
                "数量": pd.Series(quantity).map("{:g}".format),
                "单位": np.where(in_packs, "盒", product["word"]),
                "开立日期": compact(orders["start_date"]).to_numpy(),
                "处方状态": "已发药",
                ALL_OF: np.arange(len(orders)),
            }
        )
    )
    for name in UNREADABLE:
        mark(rows, (form == name) & is_lost, f"directions unreadable: {name}")
    truth = orders.reset_index(drop=True).assign(end_date=pd.NaT)
    truth["daily_dose_mg"] = truth["daily_dose_mg"].where(~is_lost)
    truth["days_supply"] = truth["days_supply"].where(~is_lost)
    pharmacy = _pharmacy(rng, rows, ~is_lost)
    refunds, refunded = _refunds(rng, rows, ~is_lost)
    not_taken = _not_taken(rng, rows, "处方明细号", "处方状态")
    rows = pd.concat([rows, *not_taken, refunds, refunded], ignore_index=True)
    return with_copies(rng, rows, COPIES).drop(columns=ALL_OF), pharmacy, truth


def _not_taken(rng, rows: pd.DataFrame, number: str, status: str) -> list[pd.DataFrame]:
    """Orders that were not carried out, and what only looks like a drug of the study."""
    done = rows[rng.random(len(rows)) < NOT_DONE_SHARE].assign(**{TRAPS: ""})
    words = np.array(["作废", "已退费", "未发药", "取消"])
    done[status] = words[rng.integers(0, len(words), len(done))]
    mark(done, done.index, "order not carried out", "rejected", "cancelled_or_not_executed")
    other = rows[rng.random(len(rows)) < LOOK_ALIKE_SHARE].assign(**{TRAPS: ""})
    names = np.array(LOOK_ALIKES)
    drug = "药品名称" if "药品名称" in rows else "药品"
    other[drug] = names[rng.integers(0, len(names), len(other))]
    mark(other, other.index, "look-alike or another drug", "unmapped", "unknown_name")
    for kind, extra in (("N", done), ("L", other)):
        extra[number] = kind + extra[number].astype(str)
    return [done, other]


def _later(days: pd.Series, by: int) -> pd.Series:
    moved = pd.to_datetime(days, format="%Y%m%d") + pd.Timedelta(days=by)
    return moved.dt.strftime("%Y%m%d")


def _refunds(rng, rows: pd.DataFrame, whole: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Dispensings that were given back whole, and the negative rows that give them back."""
    chosen = rows[whole & (rng.random(len(rows)) < REFUNDED_SHARE)].assign(**{TRAPS: ""})
    dispensed = chosen.assign(
        处方明细号="R" + chosen["处方明细号"].astype(str),
        开立日期=_later(chosen["开立日期"], REFUND_AFTER_DAYS),
    )
    back = dispensed.assign(
        处方明细号=dispensed["处方明细号"] + "-1",
        数量="-" + dispensed["数量"],
        开立日期=_later(dispensed["开立日期"], REFUND_AFTER_DAYS),
    )
    mark(dispensed, dispensed.index, "dispensing given back", "rejected", "refunded")
    mark(back, back.index, "refund", "rejected", "refund")
    return back, dispensed


def _pharmacy(rng, rows: pd.DataFrame, whole: pd.Series) -> pd.DataFrame:
    """What the pharmacy gave out: a part of the prescriptions, once more, under its own numbers."""
    chosen = rows[whole & (rng.random(len(rows)) < SECOND_FILE_SHARE)].reset_index(drop=True)
    given = unmarked(
        pd.DataFrame(
            {
                "患者编号": " " + chosen["病案号"] + " ",
                "发药单号": "FY" + chosen["处方明细号"].astype(str),
                "药品名称": chosen["药品"],
                "规格": chosen["药品规格"],
                "用法": chosen["用法用量"],
                "发药数量": chosen["数量"],
                "发药单位": chosen["单位"],
                "发药日期": pd.to_datetime(chosen["开立日期"], format="%Y%m%d").dt.strftime(
                    "%Y-%m-%d 10:05:00"
                ),
            }
        )
    )
    every = np.ones(len(given), bool)
    mark(given, every, "same supply in two files", "rejected", "same_supply_in_another_table")
    mark(given, every, "blanks around the identifier")
    return given
