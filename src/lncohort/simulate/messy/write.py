"""Write a messy folder of a hospital, what a faultless mapping makes of it, and the key."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lncohort.extract.contract import CONTRACT
from lncohort.folders import refuse_existing, written_whole
from lncohort.simulate.feedback.scenario import NANJING, load_scenario
from lncohort.simulate.messy import history, outpatients, people, results, wards
from lncohort.simulate.messy.files import (
    write_text,
    write_what_is_nothing_of_ours,
    write_workbook,
)
from lncohort.simulate.messy.marks import FATE, REASON, shown, told, unmarked
from lncohort.simulate.process import arrow_schema, simulate_tables

RAW, TRUTH, KEY = "raw", "truth", "answer_key.json"
MEANING = (
    "What is wrong in each table of raw/ and on how many rows, and what is to become of the rows "
    "that a faultless mapping does not use. truth/ is the extract that it gives; identifiers there "
    "are without leading zeros."
)
STREAM = 1_000  # apart from the streams of the chunks of the simulation
WARD_SHARE = 0.06
LATE = pd.Timestamp("2016-01-01")  # the day on which the second system was brought in


def simulate_messy(patients: int, seed: int, out: Path, scenario: str = NANJING) -> None:
    """Write the messy folder of a simulated hospital.

    Parameters
    ----------
    patients, seed, scenario
        As of :func:`lncohort.simulate.simulate_extract`; the same give the same tables.
    out : Path
        Folder to be made, with raw/ (what the hospital hands over), truth/ (the extract that a
        faultless mapping gives) and answer_key.json.

    Raises
    ------
    UserError
        When ``out`` exists and is not an empty folder, or cannot be written.
    """
    out = Path(out)
    refuse_existing(out)
    world = load_scenario(scenario)
    clean = replace(world.parameters(), dirty_row_share=0.0)
    simulated = simulate_tables(patients, seed, world, clean)
    given = {name: rows.to_pandas() for name, rows in simulated.items()}
    rng = [
        np.random.Generator(np.random.PCG64(s))
        for s in np.random.SeedSequence([seed, STREAM]).spawn(8)
    ]
    who = people.draw_people(rng[0], given["patient"])
    for name in given.keys() - {"patient"}:
        given[name]["patient_id"] = given[name]["patient_id"].map(who.plain)
    with written_whole(out) as folder:
        raw = folder / RAW
        raw.mkdir()
        key = _people(rng[1], raw, who)
        prescriptions, stays = _orders(rng[2], raw, key, given["prescription"])
        truth = {
            "patient": who.truth,
            "prescription": prescriptions,
            "lab": _labs(rng[3], raw, key, given["lab"], who),
            **_history(rng[4], raw, key, given),
        }
        write_what_is_nothing_of_ours(raw)
        truth["observation_period"] = _observed(truth, stays)
        _write_truth(folder / TRUTH, truth)
        content = {"meaning": MEANING, "patients": patients, "seed": seed, "tables": key}
        (folder / KEY).write_text(
            json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def _people(rng: np.random.Generator, raw: Path, who: people.People) -> dict[str, dict]:
    is_second = rng.random(len(who.truth)) < people.SECOND_CAMPUS_SHARE
    main = people.main_campus(rng, who, is_second)
    second = people.second_campus(who, is_second)
    links = people.links(who)
    links = links.assign(**{FATE: "out_of_scope", REASON: "looked_up"})
    write_text(raw / "患者基本信息.csv", shown(main), "gb18030")
    write_workbook(raw / "东院患者.xlsx", {"患者": ("某医院东院区患者基本信息", shown(second))})
    write_text(raw / "病案号合并对照.csv", shown(links), "utf-8-sig")
    return {
        "患者基本信息.csv": told(main),
        "东院患者.xlsx#患者": told(second),
        "病案号合并对照.csv": told(links),
    }


def _orders(
    rng: np.random.Generator, raw: Path, key: dict, orders: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write every table of orders; the prescriptions of the truth, and the stays."""
    is_pulse = orders["route"] == "iv"
    is_ward = is_pulse | ((rng.random(len(orders)) < WARD_SHARE) & orders["daily_dose_mg"].notna())
    is_late = pd.to_datetime(orders["start_date"]) >= LATE
    old, old_truth = outpatients.old_system(rng, orders[~is_ward & ~is_late])
    new, pharmacy, new_truth = outpatients.new_system(rng, orders[~is_ward & is_late])
    ward, stays, ward_truth = wards.ward_orders(rng, orders[is_ward])
    write_text(raw / "门诊处方_2015年以前.csv", shown(old), "gb18030")
    write_text(raw / "门诊处方_2016年以后.txt", shown(new), "utf-16", "\t")
    write_text(raw / "门诊药房发药.csv", shown(pharmacy), "utf-8")
    write_text(raw / "住院医嘱.csv", shown(ward), "gb18030", cut_off=True)
    sheets = wards.stay_sheets(stays)
    write_workbook(
        raw / "出入院记录.xlsx", {n: ("住院病人出入院记录", shown(s)) for n, s in sheets.items()}
    )
    key |= {
        "门诊处方_2015年以前.csv": told(old),
        "门诊处方_2016年以后.txt": told(new),
        "门诊药房发药.csv": told(pharmacy),
        "住院医嘱.csv": told(ward) | {"cut_off": 1},
        **{f"出入院记录.xlsx#{name}": told(sheet) for name, sheet in sheets.items()},
    }
    return pd.concat([old_truth, new_truth, ward_truth], ignore_index=True), stays


def _labs(
    rng: np.random.Generator, raw: Path, key: dict, labs: pd.DataFrame, who: people.People
) -> pd.DataFrame:
    """Write both tables of results; the results of the truth."""
    known = pd.unique(who.truth["patient_id"])
    in_clinic = known[rng.random(len(known)) < results.WIDE_SHARE]
    is_wide = labs["patient_id"].isin(in_clinic)
    # Before its date an identifier that was replaced stands in the tables, and not the new one.
    replaced = pd.Series(who.old.to_numpy(), index=who.plain[who.old.index].to_numpy())
    early = pd.to_datetime(labs["sample_date"]).dt.month <= 6
    shown_id = labs["patient_id"].where(
        ~early, labs["patient_id"].map(replaced).fillna(labs["patient_id"])
    )
    shown_id = shown_id.str.zfill(people.WIDTH)
    long, long_truth = results.long_table(rng, labs[~is_wide], shown_id[~is_wide])
    sheets, wide_truth = results.wide_sheets(labs[is_wide], shown_id[is_wide])
    write_text(raw / "检验结果.csv", shown(long), "gb18030", cut_off=True)
    write_workbook(
        raw / "肾内科随访化验.xlsx", {n: ("肾内科门诊随访化验登记", s) for n, s in sheets.items()}
    )
    key["检验结果.csv"] = told(long) | {"cut_off": 1}
    for name, sheet in sheets.items():
        tests = [header for header in sheet if header not in ("登记 号", "检查日期")]
        filled = int(sheet[tests].notna().sum().sum())
        key[f"肾内科随访化验.xlsx#{name}"] = told(unmarked(sheet)) | {
            "read": len(sheet) * len(tests),
            "used": filled,
            "not_used": {"out_of_scope": {"empty_cell": len(sheet) * len(tests) - filled}},
        }
    return pd.concat([long_truth, wide_truth], ignore_index=True)


def _history(
    rng: np.random.Generator, raw: Path, key: dict, given: dict[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Write diagnoses, procedures, biopsies and scores; those of the truth."""
    diagnosis, diagnosis_truth = history.diagnoses(rng, given["diagnosis"])
    procedure = history.procedures(rng, given["procedure"])
    biopsy = history.biopsies(rng, given["biopsy"])
    score = history.scores(given["assessment"])
    write_text(raw / "出院诊断.csv", shown(diagnosis), "utf-8-sig")
    write_text(raw / "手术操作.csv", shown(procedure), "gb18030", ";")
    write_workbook(raw / "肾活检病理.xlsx", {"Sheet1": ("肾活检病理登记本", shown(biopsy))})
    write_text(raw / "SLEDAI评分.csv", shown(score), "utf-8-sig")
    key |= {
        "出院诊断.csv": told(diagnosis),
        "手术操作.csv": told(procedure),
        "肾活检病理.xlsx#Sheet1": told(biopsy),
        "SLEDAI评分.csv": told(score),
    }
    return {
        "diagnosis": diagnosis_truth,
        "procedure": given["procedure"],
        "biopsy": given["biopsy"],
        "assessment": given["assessment"],
    }


def _observed(truth: dict[str, pd.DataFrame], stays: pd.DataFrame) -> pd.DataFrame:
    """From the first record of a patient to the last, or to death."""
    days = {
        "prescription": "start_date",
        "lab": "sample_date",
        "diagnosis": "diagnosis_date",
        "procedure": "procedure_date",
        "biopsy": "biopsy_date",
        "assessment": "assessment_date",
    }
    records = [
        truth[name][["patient_id", day]].rename(columns={day: "day"}) for name, day in days.items()
    ]
    records += [
        stays[["patient_id", day]].rename(columns={day: "day"})
        for day in ("start_date", "end_date")
    ]
    every = pd.concat([r.assign(day=pd.to_datetime(r["day"])) for r in records], ignore_index=True)
    span = every.groupby("patient_id")["day"].agg(start_date="min", end_date="max").reset_index()
    death = truth["patient"].set_index("patient_id")["death_date"]
    died = pd.to_datetime(span["patient_id"].map(death))
    span["end_date"] = span["end_date"].where(~(died < span["end_date"]), died)
    return span[span["end_date"] >= span["start_date"]]


def _write_truth(folder: Path, truth: dict[str, pd.DataFrame]) -> None:
    folder.mkdir()
    for table in CONTRACT:
        rows = truth[table.name]
        if table.name == "prescription":
            rows = rows.assign(prescription_id=[f"T{i}" for i in range(len(rows))])
        for column in table.columns:
            if column.type == "date":
                rows = rows.assign(**{column.name: pd.to_datetime(rows[column.name])})
            if column.type == "integer":
                rows = rows.assign(**{column.name: rows[column.name].astype("Int64")})
        optional = [
            pa.field(column.name, pa.string())
            for column in table.columns
            if column.optional and column.name in rows
        ]
        schema = pa.schema([*arrow_schema(table), *optional])
        arrow = pa.Table.from_pandas(rows[schema.names], schema=schema, preserve_index=False)
        pq.write_table(arrow, folder / f"{table.name}.parquet", compression="zstd")
