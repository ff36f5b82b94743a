"""Segments, eras, combinations and windows of a plain table of prescriptions, without a study.

The tables are made by the same SQL files as those of a study, under the same rules of time, dose
and rejection.
"""

import warnings
from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import TypedDict, Unpack

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from duckdb import ColumnExpression
from pydantic import BaseModel, ValidationError

from lncohort.engine.duck import connect, make_tables
from lncohort.engine.parameters import (
    band_tables,
    combination_table,
    control_drug_table,
    course_setting_table,
    study_drug_table,
)
from lncohort.errors import UserError
from lncohort.plain_table import DATE, INTEGER, NUMBER, TEXT, Frame, columns_of, read_table
from lncohort.study.model import LARGEST_DAILY_DOSE_MG, Combination, Drug, Exposure

PRESCRIPTION = {
    "patient_id": TEXT,
    "drug": TEXT,
    "start_date": DATE,
    "prescription_id": TEXT,
    "route": TEXT,
    "end_date": DATE,
    "days_supply": INTEGER,
    "daily_dose_mg": NUMBER,
    "pulse_dose_mg": NUMBER,
}
PERIOD = {"patient_id": TEXT, "start_date": DATE, "end_date": DATE}
WINDOW = {"patient_id": TEXT, "window_start": DATE, "window_end": DATE}
SORT_KEY = (
    "patient_id",
    "drug",
    "combination",
    "window_start",
    "segment_start",
    "era_start",
)
ALWAYS = (date(1800, 1, 1), date(2200, 1, 1))


class SupplyRules(TypedDict, total=False):
    """How supply is counted, the same for every drug of the table; keywords of every function.

    Attributes
    ----------
    overlap : str
        What overlapping supplies of one drug do: ``sum`` (the default) of doses, ``latest``
        supersedes the earlier, ``max`` dose, or ``stockpile`` moves the later supply to the end
        of the earlier.
    stockpile_carry : str
        Under ``stockpile``, what is left of the earlier supplies keeps its ``days``, at the old
        dose (the default), or its ``mg``, used up at the new dose.
    pulse_days : int
        Days that a pulse covers (28).
    max_daily_dose_mg : float
        A larger daily dose is absurd and its row is rejected (1,000,000).
    """

    overlap: str
    stockpile_carry: str
    pulse_days: int
    max_daily_dose_mg: float


def eras(
    prescriptions: Frame,
    grace_days: int = 30,
    observation_periods: Frame | None = None,
    **supply: Unpack[SupplyRules],
) -> pd.DataFrame:
    """Join the prescriptions of each patient and drug into eras.

    Parameters
    ----------
    prescriptions
        One row per prescription: ``patient_id``, ``drug``, ``start_date``, and ``days_supply``
        or ``end_date`` (the last day taken; wins over ``days_supply``). Optional:
        ``daily_dose_mg`` (missing = unknown), ``route`` (``oral``, the default, or ``iv``: a
        pulse), ``pulse_dose_mg`` and ``prescription_id``.
    grace_days
        Longest gap of uncovered days inside an era.
    observation_periods
        ``patient_id``, ``start_date`` and ``end_date`` (inclusive): supply is clipped to them
        and no era crosses two. None: patients are observed from 1800 to 2199.
    **supply
        The rules of supply, :class:`SupplyRules`.

    Returns
    -------
    DataFrame
        One row per era, sorted: ``patient_id``, ``drug``, ``era_start``, ``era_end``
        (exclusive), ``covered_days``, ``gap_days``, ``cumulative_dose_mg``,
        ``mean_daily_dose_mg``, ``peak_daily_dose_mg``, ``unknown_dose_days``,
        ``prescriptions``. ``attrs["rows"]`` counts the prescriptions: ``given`` is the sum of
        ``used``, ``rejected`` and ``out_of_scope``; ``clipped`` tells how many of the used ones
        reach beyond their observation period. ``attrs["rejected"]`` counts the rejected ones by
        reason, ``attrs["rejected_periods"]`` the observation periods.

    Warns
    -----
    UserWarning
        When rows are rejected; :func:`rejected_prescriptions` lists them.

    Raises
    ------
    UserError
        For a missing column, a column of the wrong type, or an argument out of its bounds.
    """
    drug = _drug(grace_days=grace_days, **supply)
    return _made("drug_era", prescriptions, drug, observation_periods)


def dose_segments(
    prescriptions: Frame,
    observation_periods: Frame | None = None,
    **supply: Unpack[SupplyRules],
) -> pd.DataFrame:
    """Cut the supply of each patient and drug into disjoint segments of constant daily dose.

    Parameters and errors are those of :func:`eras`.

    Returns
    -------
    DataFrame
        One row per segment, sorted: ``patient_id``, ``drug``, ``segment_start``,
        ``segment_end`` (exclusive), ``daily_dose_mg`` (mg/day; missing = unknown, or pulse
        only), ``dose_known``, ``is_pulse``, ``gap_days`` (uncovered days since the segment
        before it), ``prescriptions`` (that begin in it); ``period_start`` when observation
        periods are given. ``attrs`` as :func:`eras`.
    """
    segments = _made("dose_segment", prescriptions, _drug(**supply), observation_periods)
    internal = ["period_number", "drug_number"]
    if observation_periods is None:
        internal.append("period_start")
    return segments.drop(columns=internal)


def combinations(
    prescriptions: Frame,
    drugs: Sequence[str],
    min_overlap_days: int = 1,
    grace_days: int = 30,
    observation_periods: Frame | None = None,
    **supply: Unpack[SupplyRules],
) -> pd.DataFrame:
    """Find the stretches of days on which a patient is in an era of every one of some drugs.

    Parameters
    ----------
    drugs
        The two or three drugs that are combined, as they stand in the column ``drug``;
        prescriptions of other drugs are out of scope.
    min_overlap_days
        Fewest days that count; not under 1.

    The other parameters and the errors are those of :func:`eras`.

    Returns
    -------
    DataFrame
        One row per stretch, sorted: ``patient_id``, ``combination`` (the drugs joined by
        ``+``), ``era_start``, ``era_end`` (exclusive), ``overlap_days``. ``attrs`` as
        :func:`eras`.
    """
    drug = _drug(grace_days=grace_days, **supply)
    drugs = (drugs,) if isinstance(drugs, str) else tuple(drugs)
    combination = _checked(Combination, drugs=drugs, min_overlap_days=min_overlap_days)
    return _made("combination_era", prescriptions, drug, observation_periods, combination)


def high_dose_windows(
    prescriptions: Frame,
    min_daily_dose_mg: float,
    max_gap_days: int = 0,
    observation_periods: Frame | None = None,
    **supply: Unpack[SupplyRules],
) -> pd.DataFrame:
    """Find the maximal stretches in which the daily dose of a drug is high.

    Parameters
    ----------
    min_daily_dose_mg
        Least daily dose (mg/day) that is high; a day of unknown dose is not.
    max_gap_days
        Stretches are joined while at most so many other days lie between, covered or not.

    The other parameters and the errors are those of :func:`eras`.

    Returns
    -------
    DataFrame
        One row per stretch, sorted: ``patient_id``, ``drug``, ``window_start``, ``window_end``
        (exclusive), ``high_days``, ``gap_days``, ``mean_daily_dose_mg`` (of the high days).
        ``attrs`` as :func:`eras`.
    """
    drug = _drug(high_dose_mg=min_daily_dose_mg, high_dose_gap_days=max_gap_days, **supply)
    return _made("high_dose_window", prescriptions, drug, observation_periods)


def treatment_sequence(
    prescriptions: Frame,
    switch_days: int = 30,
    taper_days: int = 90,
    grace_days: int = 30,
    observation_periods: Frame | None = None,
    **supply: Unpack[SupplyRules],
) -> pd.DataFrame:
    """Tell how each era began and ended in the course of the patient's treatment.

    Parameters
    ----------
    switch_days
        A drug that ends and another that starts so many days apart or fewer are a switch.
    taper_days
        Days before the end of an era in which a taper is looked for.

    The other parameters and the errors are those of :func:`eras`.

    Returns
    -------
    DataFrame
        One row per era, sorted: ``patient_id``, ``drug``, ``era_start``, ``era_end``
        (exclusive), ``start_kind`` (first_line, restart, switch, add_on, later_line),
        ``end_kind`` (observation_end, switch, discontinuation), ``stop_manner`` (taper, abrupt,
        unknown), ``days_to_restart``. ``attrs`` as :func:`eras`.
    """
    course = _course(switch_days=switch_days, taper_days=taper_days)
    drug = _drug(grace_days=grace_days, **supply)
    return _made("sequence", prescriptions, drug, observation_periods, course)


def window_exposure(
    prescriptions: Frame,
    windows: Frame,
    held_days: int = 28,
    dose_bands: Sequence[float] = (2, 4),
    duration_bands: Sequence[int] = (90, 180),
    observation_periods: Frame | None = None,
    **supply: Unpack[SupplyRules],
) -> pd.DataFrame:
    """Sum up the exposure to every drug inside any windows of time.

    Parameters
    ----------
    windows
        One row per window: ``patient_id``, ``window_start``, ``window_end`` (exclusive); no two
        windows of a patient with one start.
    held_days
        Days in a row for which ``held_dose_mg`` was not fallen short of.
    dose_bands
        Cuts of the mean daily dose (mg/day), rising; each is the first of its band.
    duration_bands
        Cuts of the covered days, rising; each is the last of its band.

    The other parameters and the errors are those of :func:`eras`.

    Returns
    -------
    DataFrame
        One row per window and drug, sorted: ``patient_id``, ``window_start``, ``drug``,
        ``used``, ``first_day``, ``covered_days``, ``proportion_covered``, ``known_dose_days``,
        ``unknown_dose_days``, ``cumulative_dose_mg``, ``mean_daily_dose_mg`` (per covered day of
        known dose), ``time_weighted_dose_mg`` (per day of the window), ``peak_daily_dose_mg``,
        ``held_dose_mg``, ``dose_band`` and ``duration_band`` (``never`` = not used, ``unknown``
        = no known dose). ``attrs`` as :func:`eras`.
    """
    bands = {"dose_bands": tuple(dose_bands), "duration_bands": tuple(duration_bands)}
    course = _course(held_days=held_days, **bands)
    table = read_table("windows", windows, WINDOW, needed=tuple(WINDOW))
    _refuse_windows(table.to_pandas())
    drug = _drug(**supply)
    wanted = ("drug_use", "exposure_band")
    return _made(wanted, prescriptions, drug, observation_periods, course, table)


def _refuse_windows(windows: pd.DataFrame) -> None:
    """Refuse windows that are incomplete, empty, or two of one start."""
    for wrong, told in (
        (windows.isna().any(axis=1), "have a missing value"),
        (windows["window_end"] <= windows["window_start"], "end on or before their start"),
        (windows.duplicated(["patient_id", "window_start"]), "repeat a patient and window_start"),
    ):
        if wrong.any():
            raise UserError(
                f"windows: {int(wrong.sum())} of {len(windows)} rows {told}. Expected one complete "
                "row per window, window_end (exclusive) after window_start."
            )


def rejected_prescriptions(
    prescriptions: Frame,
    observation_periods: Frame | None = None,
    **supply: Unpack[SupplyRules],
) -> pd.DataFrame:
    """List the prescriptions that :func:`eras` and the others cannot use.

    Parameters and errors are those of :func:`eras`.

    Returns
    -------
    DataFrame
        ``prescription_id`` (the row number, from 0, when the table has no such column),
        ``patient_id``, ``drug`` and ``reason``, sorted by ``prescription_id``.
    """
    given = _given(prescriptions, _drug(**supply), observation_periods)
    with connect() as connection:
        make_tables(connection, ["prescription_checked"], given)
        found = (
            connection.table("prescription_checked")
            .filter(ColumnExpression("reason").isnotnull())
            .df()
        )
    found = _ids_as_given(found[["prescription_id", "patient_id", "drug", "reason"]], prescriptions)
    if "prescription_id" not in columns_of(prescriptions):
        found["prescription_id"] = found["prescription_id"].astype("int64")
    return found.sort_values(list(found.columns), ignore_index=True)


def _made(
    tables: str | tuple[str, ...],
    prescriptions: Frame,
    drug: Drug,
    observation_periods: Frame | None,
    asked: Combination | Exposure | None = None,
    windows: pa.Table | None = None,
) -> pd.DataFrame:
    """Make a table, or one of several by their common columns; with the counts of its rows."""
    tables = (tables,) if isinstance(tables, str) else tables
    given = _given(prescriptions, drug, observation_periods, asked)
    if windows is not None:
        given["exposure_window"] = windows
    with connect() as connection:
        make_tables(connection, tables, given)
        made = reduce(pd.merge, [connection.table(table).df() for table in tables])
        checked = connection.table("prescription_checked")
        rejected = _reasons(checked)
        clipped = connection.table("supply").filter(ColumnExpression("clipped"))
        rows = {
            "given": given["raw_prescription"].num_rows,
            "used": connection.table("prescription").shape[0],
            "rejected": sum(rejected.values()),
            "out_of_scope": checked.filter(~ColumnExpression("in_scope")).shape[0],
            "clipped": clipped.unique("prescription_id").shape[0],
        }
        periods = {}
        if observation_periods is not None:
            periods = _reasons(connection.table("observation_period_checked"))
    _warn("prescriptions", rejected)
    _warn("observation periods", periods)
    made = _ids_as_given(made, prescriptions)
    made = made.sort_values([c for c in SORT_KEY if c in made], ignore_index=True)
    made.attrs = {"rows": rows, "rejected": rejected, "rejected_periods": periods}
    return made


def _ids_as_given(made: pd.DataFrame, prescriptions: Frame) -> pd.DataFrame:
    """Patients numbered again where the user's are."""
    if isinstance(prescriptions, pa.Table):
        numbered = pa.types.is_integer(prescriptions.schema.field("patient_id").type)
    else:
        numbered = pd.api.types.is_integer_dtype(prescriptions["patient_id"])
    return made.astype({"patient_id": "Int64"}) if numbered else made


def _reasons(checked: duckdb.DuckDBPyRelation) -> dict[str, int]:
    """How many rows of a checked table cannot be used, by reason."""
    rejected = checked.filter(ColumnExpression("reason").isnotnull())
    return dict(sorted(rejected.value_counts("reason").fetchall()))


def _warn(what: str, reasons: dict[str, int]) -> None:
    if reasons:
        told = ", ".join(f"{rows} {reason}" for reason, rows in reasons.items())
        warnings.warn(
            f"{what} rejected: {sum(reasons.values())} ({told})", UserWarning, stacklevel=4
        )


def _given(
    prescriptions: Frame,
    drug: Drug,
    observation_periods: Frame | None,
    asked: Combination | Exposure | None = None,
) -> dict[str, pa.Table]:
    """The tables that the SQL files read, from those of the user."""
    if not {"end_date", "days_supply"} & columns_of(prescriptions):
        raise UserError(
            "prescriptions: neither days_supply nor end_date is there. Give one of them, or both."
        )
    numbers = pa.array(np.arange(len(prescriptions))).cast(TEXT)
    raw = read_table(
        "prescriptions",
        prescriptions,
        PRESCRIPTION,
        needed=("patient_id", "drug", "start_date"),
        otherwise={"prescription_id": numbers, "route": pa.repeat("oral", len(prescriptions))},
    )
    found = sorted(raw["drug"].unique().drop_null().to_pylist())
    drugs = asked.drugs if isinstance(asked, Combination) else found
    unknown = [name for name in drugs if name not in found]
    if unknown:
        raise UserError(
            f"drugs = {list(drugs)}: no prescription of {', '.join(unknown)}; the column drug "
            f"has {', '.join(found[:10])}{', ...' if len(found) > 10 else ''}."
        )
    patients = raw["patient_id"].unique()
    given = {
        "raw_prescription": raw,
        "study_setting": pa.table({"today": [date.today()]}),
        "study_drug": study_drug_table([drug.model_copy(update={"name": n}) for n in drugs]),
        "negative_control_drug": control_drug_table(),
    }
    if isinstance(asked, Combination):
        given["combination"] = combination_table([("+".join(drugs), asked)])
    if isinstance(asked, Exposure):
        given |= {"course_setting": course_setting_table(asked), **band_tables(asked)}
    if observation_periods is None:
        size = len(patients)
        given["observation_period"] = pa.table(
            {
                "patient_id": patients,
                "period_start": pa.repeat(pa.scalar(ALWAYS[0]), size),
                "period_end": pa.repeat(pa.scalar(ALWAYS[1]), size),
                "period_number": np.arange(size, dtype=np.int32),
            }
        )
    else:
        periods = read_table(
            "observation_periods", observation_periods, PERIOD, needed=tuple(PERIOD)
        )
        given["raw_observation_period"] = periods
        patients = pa.chunked_array([patients, *periods["patient_id"].chunks]).unique()
    given["patient"] = pa.table({"patient_id": patients.drop_null()})
    return given


def _drug(**rules) -> Drug:
    """The rules of supply, which are the same for every drug of the table."""
    given = {"grace_days": 0, "max_daily_dose_mg": LARGEST_DAILY_DOSE_MG} | rules
    return _checked(Drug, name="each", label="each", **given)


def _course(**rules) -> Exposure:
    """The rules of switch, taper, held dose and bands, for every drug of the table."""
    return _checked(
        Exposure, **({"drug": "each", "dose_bands": (1,), "duration_bands": (1,)} | rules)
    )


def _checked(model: type[BaseModel], **values):
    """A part of a study made of arguments, which the model checks."""
    try:
        return model(**values)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            told = problem["msg"].removeprefix("Value error, ")
            key = problem["loc"][0] if problem["loc"] else None
            lines.append(f"{key} = {values[key]!r}: {told}." if key else f"{told}.")
        raise UserError("\n".join(lines)) from None
