"""A table of patients with the day on which treatment starts, checked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.errors import UserError
from lncohort.models import columns_named, complete_rows, design_columns, happened


@dataclass(frozen=True)
class Patients:
    """Follow-up of n patients, all times counted from their time zero.

    Attributes
    ----------
    started : array of shape (n,)
        When treatment starts; infinite: never.
    stop : array of shape (n,)
        Time of the event or of censoring, above 0.
    event : array of bool, shape (n,)
    covariates : DataFrame of shape (n, p)
        Known at time zero, as columns of a model.
    note : str
        Who was left out.
    """

    started: np.ndarray
    stop: np.ndarray
    event: np.ndarray
    covariates: pd.DataFrame
    note: str

    @property
    def ever(self) -> np.ndarray:
        """Whether treatment is ever started, as it is known at the end of all data."""
        return np.isfinite(self.started)

    @property
    def models(self) -> dict[str, pd.DataFrame]:
        """The covariates of each model: crude, and adjusted where there are any."""
        crude = {"crude": self.covariates.iloc[:, :0]}
        return crude | ({"adjusted": self.covariates} if self.covariates.shape[1] else {})

    def where(self, kept: np.ndarray) -> "Patients":
        """Some of the patients."""
        return Patients(
            self.started[kept],
            self.stop[kept],
            self.event[kept],
            self.covariates[kept].reset_index(drop=True),
            self.note,
        )


def patients_of(
    data: pd.DataFrame,
    stop: str,
    event: str,
    treatment_start: str,
    adjust: Sequence[str],
    entry: str | None,
) -> Patients:
    """Check a table, and count its times from time zero.

    Parameters are those of :func:`lncohort.immortal_time`.

    Raises
    ------
    UserError
        With every fault that was found.
    """
    adjust = columns_named(adjust)
    origin = [] if entry is None else [entry]
    data = data.reset_index(drop=True)  # labels that stand twice would join patients to each other
    kept, note = complete_rows(data, [stop, event, *origin, *adjust])
    complete_rows(data, [treatment_start])
    kept = kept.join(data[[treatment_start]])
    faults = []
    times = {}
    for name in (stop, treatment_start):
        times[name], fault = _from_entry(kept, name, entry)
        faults += fault
    try:
        ended = happened(kept[event])
    except UserError as error:
        faults.append(str(error))
    if not len(kept):
        faults.append("no row has all of its values")
    if not faults:
        if np.isinf(times[stop]).any():
            faults.append(f"{stop}: {int(np.isinf(times[stop]).sum())} patients have no end")
        early, at_once = int((times[treatment_start] < 0).sum()), int((times[stop] <= 0).sum())
        if early:
            faults.append(
                f"{treatment_start}: {early} patients start before their time zero; leave out those "
                "who were treated already"
            )
        if at_once:
            faults.append(
                f"{stop}: {at_once} patients end on or before their time zero and are never at risk; "
                "count the day of entry as a day (add 1 to all times), or leave them out"
            )
    if faults:
        raise UserError("\n".join(faults))
    parts = [design_columns(kept[name]) for name in adjust]
    blank = pd.DataFrame(index=kept.index)
    return Patients(
        started=np.where(np.isnan(times[treatment_start]), np.inf, times[treatment_start]),
        stop=times[stop],
        event=ended.to_numpy(),
        covariates=pd.concat([blank, *parts], axis=1).reset_index(drop=True),
        note=note,
    )


def _from_entry(
    kept: pd.DataFrame, name: str, entry: str | None
) -> tuple[np.ndarray | None, list[str]]:
    """Times of a column from time zero on, in days where it has dates; and what is wrong."""
    values = kept[name]
    dated = pd.api.types.is_datetime64_any_dtype(values)
    if not dated and not pd.api.types.is_numeric_dtype(values):
        return None, [
            f"{name}: expected numbers or dates, found {values.dtype}; "
            f'read it with pd.to_numeric(data["{name}"]) or pd.to_datetime(data["{name}"])'
        ]
    if entry is None:
        if dated:
            return None, [f"{name}: has dates; name the column of time zero as entry"]
        return values.to_numpy(dtype=float, na_value=np.nan), []
    if pd.api.types.is_datetime64_any_dtype(kept[entry]) != dated:
        return None, [f"{name} and {entry}: expected both dates or both numbers"]
    gone = values - kept[entry]
    return (gone / pd.Timedelta(days=1) if dated else gone).to_numpy(
        dtype=float, na_value=np.nan
    ), []
