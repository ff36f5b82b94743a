"""A sequence of nested trials: each eligible person-interval begins a trial of its own."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.estimate.arrays import flags, labels, numbers
from lncohort.estimate.person_intervals import PersonIntervals, person_intervals

NEEDED = ["treated", "event"]
EVENT, COMPETING = 1, 2


@dataclass(frozen=True)
class Trials:
    """Rows of trials, by patient, trial and follow-up; covariates stand once.

    Attributes
    ----------
    patient : array of int32, shape (n,)
        Patients by number.
    trial, follow_up : array of int16, shape (n,)
        The interval in which the trial begins, and how many intervals have gone by since.
    assigned : array of bool, shape (n,)
        Whether the patient was treated in the first interval of the trial.
    stays : array of bool, shape (n,)
        Whether treatment is still as assigned; rows after the first that does not are left out
        when the trials are per protocol.
    cause : array of int8, shape (n,)
        What came in the interval: 0 nothing, EVENT or COMPETING.
    lost : array of bool, shape (n,)
        At the end of the interval.
    begins : array of int32, shape (n,)
        The row of ``covariates`` at which the trial began.
    now : array of int32, shape (n,)
        The row of ``covariates`` of the interval itself.
    covariates : DataFrame of shape (m, p)
    protocol : bool
        Whether the trials are per protocol rather than by intention to treat.
    """

    patient: np.ndarray
    trial: np.ndarray
    follow_up: np.ndarray
    assigned: np.ndarray
    stays: np.ndarray
    cause: np.ndarray
    lost: np.ndarray
    begins: np.ndarray
    now: np.ndarray
    covariates: pd.DataFrame
    protocol: bool

    def __len__(self) -> int:
        return len(self.patient)

    @property
    def event(self) -> np.ndarray:
        """Whether the event came in the interval."""
        return self.cause == EVENT


def expand(
    rows: pd.DataFrame, covariates: list[str], *, protocol: bool, horizon: int | None = None
) -> Trials:
    """Let a trial begin at each eligible interval, and follow it.

    Parameters
    ----------
    rows : DataFrame of shape (m, columns)
        ``patient``, ``interval`` (one after the other), ``treated`` (at the start of the interval),
        ``event`` (in it), the covariates (known at its start) and, if there are any, ``eligible``
        (without it a patient is eligible until after the first treated interval), ``competing``
        (another event in the interval, after which the event cannot come) and ``censored`` (lost at
        the end of the interval, other than by the end of the study).
    covariates : list of str
        Columns of numbers.
    protocol : bool
        Whether to leave a trial when treatment is no longer as assigned.
    horizon : int, optional
        Number of intervals for which a trial is followed.

    Raises
    ------
    ValueError
        For a column that is not there, intervals with gaps, or rows after the event.

    Notes
    -----
    Hernán MA et al. Epidemiology 2008;19:766; Gran JM et al. Stat Med 2010;29:2757; Danaei G et al.
    Stat Methods Med Res 2013;22:70; Keogh RH et al. Stat Med 2023;42:2191. A row takes about 20
    bytes beside the covariates, which are not copied.
    """
    people = person_intervals(rows, [*NEEDED, *covariates])
    treated, event = people.flag("treated"), people.flag("event")
    if people.before(event).any():
        raise ValueError("event: expected no row of a patient after the event, found one")
    eligible = _eligible(people, treated)
    places = np.arange(len(treated), dtype=np.int32)
    ends = people.last[people.patient]
    if protocol:
        ends = np.minimum(ends, _deviates(people, treated) + 1)
    length = np.where(eligible, ends - places, 0)
    if horizon is not None:
        length = np.minimum(length, horizon)
    begins = np.repeat(places, length)
    follow_up = np.arange(len(begins), dtype=np.int32)
    follow_up -= np.repeat(np.cumsum(length) - length, length).astype(np.int32)
    now = begins + follow_up
    return Trials(
        patient=people.patient.astype(np.int32)[begins],
        trial=people.interval.astype(np.int16)[begins],
        follow_up=follow_up.astype(np.int16),
        assigned=treated[begins],
        stays=now < _deviates(people, treated)[begins],
        cause=_cause(people.rows, event)[now],
        lost=_told(people.rows, "censored")[now],
        begins=begins,
        now=now,
        covariates=people.rows[covariates].astype(float),
        protocol=protocol,
    )


def _told(rows: pd.DataFrame, name: str) -> np.ndarray:
    """A flag of each row, if the rows tell it."""
    return flags(name, rows[name]) if name in rows else np.zeros(len(rows), bool)


def _cause(rows: pd.DataFrame, event: np.ndarray) -> np.ndarray:
    other = COMPETING * _told(rows, "competing")
    return np.where(event, EVENT, other).astype(np.int8)


def _eligible(people: PersonIntervals, treated: np.ndarray) -> np.ndarray:
    if "eligible" in people.rows:
        return people.flag("eligible")
    return people.running(treated) - treated == 0


def _deviates(people: PersonIntervals, treated: np.ndarray) -> np.ndarray:
    """The place of the next row of the patient whose treatment is another, or where they end."""
    changes = people.before(treated) != treated
    changes[people.first] = True
    begins = np.append(np.flatnonzero(changes), len(treated))
    return begins[np.searchsorted(begins, np.arange(len(treated)), side="right")]


def from_table(table: pd.DataFrame, covariates: list[str], *, protocol: bool) -> Trials:
    """Trials of a table that has been expanded already.

    Parameters
    ----------
    table : DataFrame of shape (n, columns)
        ``patient``, ``trial``, ``follow_up`` (from 0 in each patient and trial, one after the
        other), ``treated``, ``event`` and the covariates, all of the interval of the row: treatment
        as assigned and covariates at the beginning are those of follow-up 0. ``competing`` and
        ``censored`` as for :func:`expand`.
    covariates, protocol
        As for :func:`expand`.

    Raises
    ------
    ValueError
        For a column that is not there, a trial whose follow-up does not begin at 0 or has gaps, or
        rows after the event.
    """
    absent = [n for n in ("patient", "trial", "follow_up", *NEEDED, *covariates) if n not in table]
    if absent:
        raise ValueError(f"columns: expected {', '.join(absent)}, found {', '.join(table)}")
    patient = labels("patient", table["patient"])[1].astype(np.int32)
    trial, follow_up = (
        numbers(name, table[name]).astype(np.int16) for name in ("trial", "follow_up")
    )
    order = np.lexsort((follow_up, trial, patient))
    patient, trial, follow_up = patient[order], trial[order], follow_up[order]
    first = np.diff(patient, prepend=-1) != 0
    first |= np.diff(trial, prepend=-1) != 0
    places = np.arange(len(table), dtype=np.int32)
    begins = np.maximum.accumulate(np.where(first, places, 0)).astype(np.int32)
    if (places - begins != follow_up).any():
        raise ValueError(
            "follow_up: expected from 0 in each trial, one after the other, found gaps"
        )
    treated, event = (flags(name, table[name])[order] for name in NEEDED)
    if (event[:-1] & ~first[1:]).any():
        raise ValueError("event: expected no row of a trial after the event, found one")
    deviates = treated != treated[begins]
    upto = np.concatenate([[0], np.cumsum(deviates)])
    earlier = upto[:-1] - upto[begins]
    kept = earlier == 0 if protocol else np.ones(len(table), dtype=bool)
    return Trials(
        patient=patient[kept],
        trial=trial[kept],
        follow_up=follow_up[kept],
        assigned=treated[begins][kept],
        stays=(~deviates & (earlier == 0))[kept],
        cause=_cause(table.iloc[order], event)[kept],
        lost=_told(table, "censored")[order][kept],
        begins=begins[kept],
        now=places[kept],
        covariates=table[covariates].iloc[order].astype(float).reset_index(drop=True),
        protocol=protocol,
    )
