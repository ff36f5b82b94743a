"""Orders of the wards, infusions among them, and the stays to which they belong."""

import numpy as np
import pandas as pd

from lncohort.simulate.messy.directions import product_of
from lncohort.simulate.messy.marks import mark, unmarked, with_copies

ENDLESS_SHARE, HOMELESS_SHARE, DISCHARGE_SHARE = 0.4, 0.05, 0.2
IV_NAME, IV_SPEC, VIAL_MG = "注射用环磷酰胺", "0.2g/支", 200
COPIES = 0.01


def ward_orders(
    rng: np.random.Generator, orders: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Orders of inpatients.

    Parameters
    ----------
    rng
    orders
        Oral orders of known dose and infusions, with the hospital's identifiers.

    Returns
    -------
    (DataFrame, DataFrame, DataFrame)
        The orders as the hospital has them, the stays (patient_id, number, start_date, end_date),
        and the prescriptions of the truth.
    """
    orders = orders.sort_values(["patient_id", "start_date", "drug"]).reset_index(drop=True)
    n = len(orders)
    is_pulse = orders["route"] == "iv"
    start = pd.to_datetime(orders["start_date"])
    kind = pd.Series(rng.random(n))
    is_endless = ~is_pulse & (kind < ENDLESS_SHARE)
    is_homeless = is_endless & (kind < HOMELESS_SHARE)
    is_taken_home = ~is_pulse & ~is_endless & (kind < ENDLESS_SHARE + DISCHARGE_SHARE)
    days = orders["days_supply"].fillna(1).astype(int)
    two_days = is_pulse & (rng.random(n) < 0.3)
    last = start + pd.to_timedelta(days - 1 + two_days, unit="D")
    number = (orders.groupby("patient_id").cumcount() + 1).astype(str)
    product = product_of(rng, orders["drug"], orders["daily_dose_mg"])
    vials = orders["pulse_dose_mg"] / VIAL_MG
    in_vials = is_pulse & ~two_days & (vials % 1 == 0) & (rng.random(n) < 0.5)
    grams = orders["pulse_dose_mg"] / 1000 / (1 + two_days)
    amount = np.select([in_vials, is_pulse], [vials, grams], orders["daily_dose_mg"].to_numpy())
    rows = unmarked(
        pd.DataFrame(
            {
                "病案号": orders["patient_id"].str.zfill(10),
                "住院次数": number,
                "医嘱号": np.arange(n) + 900_000,
                "医嘱类型": np.select(
                    [is_taken_home, is_pulse & ~two_days], ["出院带药", "临时医嘱"], "长期医嘱"
                ),
                "医嘱名称": np.where(is_pulse, IV_NAME, product["name"]),
                "规格": np.where(
                    is_pulse,
                    IV_SPEC,
                    product["mg"].map("{:g}".format)
                    + "mg*"
                    + product["pack"].astype(str)
                    + product["word"],
                ),
                "剂量": pd.Series(amount).map("{:g}".format),
                "剂量单位": np.select([in_vials, is_pulse], ["支", "g"], "mg"),
                "频次": np.where(is_pulse & ~two_days, "st", "qd"),
                "途径": np.where(is_pulse, "静滴", "口服"),
                "天数": np.where(is_taken_home, days.astype(str), ""),
                "开始时间": start.dt.strftime("%Y-%m-%d 09:15"),
                "停止时间": last.dt.strftime("%Y-%m-%d 08:00").where(
                    ~is_endless & ~is_taken_home & ~(is_pulse & ~two_days), ""
                ),
                "执行状态": "已执行",
            }
        )
    )
    mark(rows, is_endless & ~is_homeless, "order never stopped: ends at discharge")
    mark(rows, is_homeless, "order never stopped, stay not known")
    mark(rows, is_taken_home, "taken home at discharge")
    mark(rows, two_days, "infusion over two days: one pulse")
    truth = orders.assign(
        end_date=last.where(~is_pulse & ~is_taken_home & ~is_homeless),
        days_supply=orders["days_supply"].where(is_taken_home),
    )
    stays = pd.DataFrame(
        {
            "patient_id": orders["patient_id"],
            "number": number,
            "start_date": start - pd.to_timedelta(np.where(is_pulse, 1, 2), unit="D"),
            "end_date": np.where(
                is_taken_home, start, np.where(is_endless, last, last + pd.Timedelta(days=1))
            ),
        }
    )[~is_homeless]
    not_done = rows[(rng.random(n) < 0.03).astype(bool)].assign(_traps="")
    not_done = not_done.assign(医嘱号="N" + not_done["医嘱号"].astype(str), 执行状态="未执行")
    mark(not_done, not_done.index, "order not carried out", "rejected", "cancelled_or_not_executed")
    rows = pd.concat([rows, not_done], ignore_index=True)
    return with_copies(rng, rows, COPIES), stays, truth


def stay_sheets(stays: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The stays by year of admission, on two sheets whose identifiers are numbers."""
    rows = unmarked(
        pd.DataFrame(
            {
                "病案号": stays["patient_id"].astype(int),
                "住院次数": stays["number"].astype(int),
                " 入院 日期 ": pd.to_datetime(stays["start_date"]),
                "出院日期 ": pd.to_datetime(stays["end_date"]),
                "科室": "肾内科",
            }
        )
    )
    mark(rows, np.ones(len(rows), bool), "identifier that a spreadsheet took for a number")
    is_early = rows[" 入院 日期 "].dt.year < 2016
    return {
        "2015年及以前": rows[is_early].reset_index(drop=True),
        "2016年以后": rows[~is_early].reset_index(drop=True),
    }
