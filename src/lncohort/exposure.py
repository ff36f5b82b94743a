"""Dose segments, eras and combinations of a plain table of prescriptions, without a study.

The tables are made by the same SQL files as those of a study (``sql/intake`` and
``sql/exposure``), under the same rules of time, dose and rejection.
"""

import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import ColumnExpression
from pydantic import BaseModel, ValidationError

from lncohort.engine.duck import connect, make_tables
from lncohort.engine.parameters import combination_table, study_drug_table
from lncohort.errors import UserError
from lncohort.study.model import Combination, Drug

Frame = pd.DataFrame | pa.Table

TEXT, DATE, INTEGER, NUMBER = pa.string(), pa.date32(), pa.int64(), pa.float64()
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
KINDS = {
    TEXT: "text or whole numbers",
    DATE: "dates (YYYY-MM-DD)",
    INTEGER: "whole numbers",
    NUMBER: "numbers",
}
SORT_KEY = ("patient_id", "drug", "combination", "segment_start", "era_start")
ALWAYS = (date(1800, 1, 1), date(2200, 1, 1))
LARGEST_DOSE_MG = 10_000_000


def eras(
    prescriptions: Frame,
    grace_days: int = 30,
    overlap: str = "sum",
    observation_periods: Frame | None = None,
    *,
    pulse_days: int = 28,
    max_daily_dose_mg: float = LARGEST_DOSE_MG,
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
    overlap
        What overlapping supplies of one drug do: ``sum`` of doses, ``latest`` supersedes the
        earlier, ``max`` dose, or ``stockpile`` moves the later supply to the end of the earlier.
    observation_periods
        ``patient_id``, ``start_date`` and ``end_date`` (inclusive): supply is clipped to them
        and no era crosses two. None: patients are observed from 1800 to 2199.
    pulse_days
        Days that a pulse covers.
    max_daily_dose_mg
        A larger daily dose is absurd and its row is rejected.

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
    drug = _drug(grace_days, overlap, pulse_days, max_daily_dose_mg)
    return _made("drug_era", prescriptions, drug, observation_periods)


def dose_segments(
    prescriptions: Frame,
    overlap: str = "sum",
    observation_periods: Frame | None = None,
    *,
    pulse_days: int = 28,
    max_daily_dose_mg: float = LARGEST_DOSE_MG,
) -> pd.DataFrame:
    """Cut the supply of each patient and drug into disjoint segments of constant daily dose.

    Parameters and errors are those of :func:`eras`.

    Returns
    -------
    DataFrame
        One row per segment, sorted: ``patient_id``, ``drug``, ``segment_start``,
        ``segment_end`` (exclusive), ``daily_dose_mg`` (mg/day; missing = unknown, or pulse
        only), ``dose_known``, ``is_pulse``, ``prescriptions`` (that begin in it);
        ``period_start`` when observation periods are given. ``attrs`` as :func:`eras`.
    """
    drug = _drug(0, overlap, pulse_days, max_daily_dose_mg)
    segments = _made("dose_segment", prescriptions, drug, observation_periods)
    internal = ["period_number", "drug_number"]
    if observation_periods is None:
        internal.append("period_start")
    return segments.drop(columns=internal)


def combinations(
    prescriptions: Frame,
    drugs: Sequence[str],
    min_overlap_days: int = 1,
    grace_days: int = 30,
    overlap: str = "sum",
    observation_periods: Frame | None = None,
    *,
    pulse_days: int = 28,
    max_daily_dose_mg: float = LARGEST_DOSE_MG,
) -> pd.DataFrame:
    """Find the stretches of days on which a patient is in an era of every one of some drugs.

    Parameters
    ----------
    drugs
        The drugs that are combined, as they stand in the column ``drug``; prescriptions of
        other drugs are out of scope.
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
    drug = _drug(grace_days, overlap, pulse_days, max_daily_dose_mg)
    drugs = (drugs,) if isinstance(drugs, str) else tuple(drugs)
    combination = _checked(Combination, drugs=drugs, min_overlap_days=min_overlap_days)
    return _made("combination_era", prescriptions, drug, observation_periods, combination)


def rejected_prescriptions(
    prescriptions: Frame,
    observation_periods: Frame | None = None,
    *,
    pulse_days: int = 28,
    max_daily_dose_mg: float = LARGEST_DOSE_MG,
) -> pd.DataFrame:
    """List the prescriptions that :func:`eras` and the others cannot use.

    Parameters and errors are those of :func:`eras`.

    Returns
    -------
    DataFrame
        ``prescription_id`` (the row number, from 0, when the table has no such column),
        ``patient_id``, ``drug`` and ``reason``, sorted by ``prescription_id``.
    """
    drug = _drug(0, "sum", pulse_days, max_daily_dose_mg)
    given = _given(prescriptions, drug, observation_periods)
    with connect() as connection:
        make_tables(connection, ["prescription_checked"], given)
        found = (
            connection.table("prescription_checked")
            .filter(ColumnExpression("reason").isnotnull())
            .df()
        )
    found = _ids_as_given(found[["prescription_id", "patient_id", "drug", "reason"]], prescriptions)
    if "prescription_id" not in _columns(prescriptions):
        found["prescription_id"] = found["prescription_id"].astype("int64")
    return found.sort_values(list(found.columns), ignore_index=True)


def _made(
    table: str,
    prescriptions: Frame,
    drug: Drug,
    observation_periods: Frame | None,
    combination: Combination | None = None,
) -> pd.DataFrame:
    """Make one table, sorted, with the counts of the rows that went into it."""
    given = _given(prescriptions, drug, observation_periods, combination)
    with connect() as connection:
        make_tables(connection, [table], given)
        made = connection.table(table).df()
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
    combination: Combination | None = None,
) -> dict[str, pa.Table]:
    """The tables that the SQL files read, from those of the user."""
    if not {"end_date", "days_supply"} & _columns(prescriptions):
        raise UserError(
            "prescriptions: neither days_supply nor end_date is there. Give one of them, or both."
        )
    numbers = pa.array(np.arange(len(prescriptions))).cast(TEXT)
    raw = _read(
        "prescriptions",
        prescriptions,
        PRESCRIPTION,
        needed=("patient_id", "drug", "start_date"),
        otherwise={"prescription_id": numbers, "route": pa.repeat("oral", len(prescriptions))},
    )
    found = sorted(raw["drug"].unique().drop_null().to_pylist())
    drugs = found if combination is None else combination.drugs
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
    }
    if combination is not None:
        given["combination"] = combination_table([("+".join(drugs), combination)])
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
        periods = _read("observation_periods", observation_periods, PERIOD, needed=tuple(PERIOD))
        given["raw_observation_period"] = periods
        patients = pa.chunked_array([patients, *periods["patient_id"].chunks]).unique()
    given["patient"] = pa.table({"patient_id": patients.drop_null()})
    return given


def _read(
    name: str,
    frame: Frame,
    kinds: dict[str, pa.DataType],
    needed: Sequence[str],
    otherwise: Mapping[str, pa.Array] = MappingProxyType({}),
) -> pa.Table:
    """The columns that the SQL reads, each of its type; a column left out is all missing."""
    missing = [column for column in needed if column not in _columns(frame)]
    if missing:
        raise UserError(
            f"{name}: column {', '.join(missing)} is not there; found "
            f"{', '.join(sorted(map(str, _columns(frame))))}. Expected {', '.join(kinds)}, of "
            f"which {', '.join(needed)} are needed."
        )
    return pa.table(
        {
            column: _cast(f"{name}.{column}", frame[column], kind)
            if column in _columns(frame)
            else otherwise.get(column, pa.nulls(len(frame), kind))
            for column, kind in kinds.items()
        }
    )


def _cast(label: str, values: pd.Series | pa.ChunkedArray, kind: pa.DataType):
    """A column as the type that the SQL expects; dates lose their time of day."""
    try:
        if isinstance(values, pd.Series):
            values = pa.chunked_array([pa.Array.from_pandas(values)])
        found = values.type
        if pa.types.is_dictionary(found):
            values = values.cast(found.value_type)
        if kind == TEXT and pa.types.is_floating(found):
            values = values.cast(INTEGER)
        if kind == DATE and pa.types.is_timestamp(found):
            values = pc.floor_temporal(values, unit="day")
        if kind == DATE and (pa.types.is_integer(found) or pa.types.is_floating(found)):
            raise pa.ArrowInvalid("a number is no date")
        return values.cast(kind)
    except pa.ArrowException:
        kinds = f"expected {KINDS[kind]}"
    raise UserError(f"{label}: holds values that cannot be read; {kinds}.")


def _columns(frame: Frame) -> set[str]:
    return set(frame.column_names if isinstance(frame, pa.Table) else frame.columns)


def _drug(grace_days: int, overlap: str, pulse_days: int, max_daily_dose_mg: float) -> Drug:
    """The rules of supply, which are the same for every drug of the table."""
    if max_daily_dose_mg > LARGEST_DOSE_MG:
        raise UserError(
            f"max_daily_dose_mg = {max_daily_dose_mg!r}: must not be above {LARGEST_DOSE_MG}."
        )
    return _checked(
        Drug,
        name="each",
        label="each",
        grace_days=grace_days,
        overlap=overlap,
        pulse_days=pulse_days,
        max_daily_dose_mg=max_daily_dose_mg,
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
