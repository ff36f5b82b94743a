"""Patients led through the process, month by month."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit

from lncohort.simulate.courses import MONTH_DAYS, Courses
from lncohort.simulate.feedback.disease import Disease
from lncohort.simulate.feedback.known import Known
from lncohort.simulate.feedback.scenario import Process, Scenario
from lncohort.simulate.feedback.strategy import Strategy
from lncohort.simulate.feedback.tacrolimus import DRAWS, Tacrolimus
from lncohort.simulate.labs import CREATININE, PROTEINURIA, TAKEN_SHARE, Visits
from lncohort.simulate.parameters import DRUGS, Parameters
from lncohort.simulate.patients import (
    NEVER,
    Patients,
    days_of_data,
    death_rate,
    kidney_failure_rate,
)

MONTHS = 61  # five years
_PULSES_DAYS = 8 * 28  # cyclophosphamide: the usual course
_KIDNEY_FAILURE_IN_REMISSION = 0.3  # times the hazard without
_SHORTEST, _LONGEST = 32, 150  # days between visits; the usual ones are to 78


@dataclass(frozen=True)
class Lives:
    """What became of n patients.

    Attributes
    ----------
    patients : Patients
        With the end of observation, death and kidney failure of this process.
    courses : Courses
    visit_day : ndarray of int, shape (months, n)
        Days from the index date; 0 in a month without a visit.
    results : dict of int to ndarray of shape (months, n)
        Proteinuria and creatinine as measured at the visit, by test; NaN where they were not.
    true_proteinuria, true_creatinine : ndarray of shape (months, n)
        What a laboratory without noise would have found.
    remission, flare : ndarray of int
        Day of the first latent remission and of the first flare after it; `NEVER` for none.
    """

    patients: Patients
    courses: Courses
    visit_day: np.ndarray
    results: dict[int, np.ndarray]
    true_proteinuria: np.ndarray
    true_creatinine: np.ndarray
    remission: np.ndarray
    flare: np.ndarray

    def visits(self) -> Visits:
        """The visits, one after another."""
        month, who = np.nonzero(self.visit_day)
        return Visits(
            who=who,
            day=self.visit_day[month, who],
            proteinuria=self.true_proteinuria[month, who],
            creatinine=self.true_creatinine[month, who],
            results={test: values[month, who] for test, values in self.results.items()},
        )


def play(
    streams: Sequence[np.random.Generator],
    patients: Patients,
    scenario: Scenario,
    months: int = MONTHS,
    strategy: Strategy | None = None,
) -> Lives:
    """Lead patients through the process.

    At the start of each month, on days 0, 30, 60 and so on, it is decided from what is known then
    whether tacrolimus is started, changed or stopped. Remission, flare, death, kidney failure and
    loss have hazards that are constant over the month. The visit of the month, never on a day of
    decision, adds to what is known.

    Parameters
    ----------
    streams : sequence of three Generator
        Of treatment, of disease and leaving, and of visits. Each month draws the same numbers
        whatever was decided, so that strategies are compared in the same patients.
    patients : Patients
        As they are on the index date.
    scenario : Scenario
        One of the kind "steps".
    months : int
        Length of the process.
    strategy : Strategy, optional
        Replaces the decisions on treatment. Under a strategy nobody is lost, the data do not
        end, and proteinuria is measured in everyone.
    """
    process, p = scenario.process, scenario.parameters()
    of_treatment, of_disease, of_visits = streams
    n = len(patients)
    known = Known(patients)
    disease = Disease(of_disease, patients)
    tacrolimus = Tacrolimus(n, months)
    on_cyc = _background(of_treatment, known, process, p, strategy)
    leaving = _Leaving(patients, process, p, strategy)
    visits = _VisitDiary(of_visits, n, months, process, p)
    for month in range(months):
        in_care = leaving.end > MONTH_DAYS * month
        draws = of_treatment.random((DRAWS, n))
        tacrolimus.decide(month, known, in_care, draws, process, p, strategy)
        if month == 0:
            share = _unassessed_share(known, tacrolimus, process, strategy)
            visits.never_assessed = of_visits.random(n) < share
        waits = of_disease.standard_exponential((4, n))
        hazard = _monthly_hazard(month, known, tacrolimus, on_cyc, disease, process, p)
        disease.turn(month, hazard, waits[0])
        leaving.leave(month, waits[1:], known, tacrolimus, disease)
        visits.visit(month, leaving.end, disease, known, tacrolimus)
        disease.end_month()
    ended = leaving.ended(patients)
    return Lives(
        patients=ended,
        courses=_courses(ended, tacrolimus, on_cyc, MONTH_DAYS * months),
        visit_day=visits.day,
        results={PROTEINURIA: visits.proteinuria, CREATININE: visits.creatinine},
        true_proteinuria=visits.true_proteinuria,
        true_creatinine=visits.true_creatinine,
        remission=disease.remission,
        flare=disease.flare,
    )


def _background(rng, known: Known, process: Process, p: Parameters, strategy) -> np.ndarray:
    """Who starts cyclophosphamide on the index date; the others start mycophenolate."""
    draw = rng.random(len(known.proteinuria))
    if strategy is not None and strategy.background is not None:
        return np.full(len(draw), strategy.background == "cyclophosphamide")
    indication = known.weighed(p.cyclophosphamide_indication)
    background = process.background
    return draw < expit(background.log_odds + background.indication * indication)


def _unassessed_share(known: Known, tacrolimus: Tacrolimus, process: Process, strategy):
    if strategy is not None:
        return 0.0
    unassessed = process.unassessed
    return expit(
        logit(unassessed.share)
        + unassessed.proteinuria_severe * (known.proteinuria >= 3.5)
        + unassessed.tacrolimus * tacrolimus.on
    )


def _monthly_hazard(
    month: int,
    known: Known,
    tacrolimus: Tacrolimus,
    on_cyc: np.ndarray,
    disease: Disease,
    process: Process,
    p: Parameters,
) -> np.ndarray:
    """Hazard of what can come next: remission, or in remission a flare."""
    remission, flare = process.remission, process.flare
    later = month - len(p.onset_months)
    timing = p.onset_months[month] if later < 0 else np.exp(-p.fading_per_month * later)
    effect = remission.tacrolimus + remission.both * on_cyc
    effect = effect + remission.tacrolimus_per_mg * (tacrolimus.mg[month] - p.dose_reference_mg)
    log_hazard = (
        remission.log_hazard
        + remission.prognosis * known.weighed(p.prognosis)
        + remission.cyclophosphamide * on_cyc
        + effect * tacrolimus.on
    )
    abrupt, tapered = tacrolimus.stopped_within_half_year(month)
    log_ratio = flare.after_abrupt_stop * abrupt + flare.after_taper * tapered
    return np.where(
        disease.in_remission,
        flare.per_month * np.exp(log_ratio),
        timing * np.exp(log_hazard),
    )


class _Leaving:
    """Death, kidney failure, loss to follow-up and the end of the data."""

    def __init__(self, patients: Patients, process: Process, p: Parameters, strategy):
        n = len(patients)
        age = (patients.index - patients.birth) / 365.25
        egfr = 90 + 10 * patients.risk[:, 7]
        self._death_rate = death_rate(patients.severity, age, p)
        self._failure_rate = kidney_failure_rate(patients.severity, egfr, p)
        self._loss = process.loss if strategy is None else None
        self.death, self.failure = np.full(n, NEVER), np.full(n, NEVER)
        self.end = np.full(n, NEVER) if strategy is not None else days_of_data(patients.index)

    def leave(
        self, month: int, waits: np.ndarray, known: Known, tacrolimus: Tacrolimus, disease: Disease
    ) -> None:
        """Draw who leaves in a month, and on what day; `waits` are exponential, of mean 1."""
        failing = np.where(disease.in_remission, _KIDNEY_FAILURE_IN_REMISSION, month > 0)
        rates = [self._death_rate, self._failure_rate * failing]
        if self._loss is not None:
            log_ratio = self._loss.per_log_proteinuria * known.log_proteinuria
            log_ratio += self._loss.tacrolimus * tacrolimus.on
            rates.append(self._loss.per_year * np.exp(log_ratio))
        with np.errstate(divide="ignore"):
            days = [np.ceil(w * 365.25 / r) for w, r in zip(waits, rates, strict=False)]
        date = np.where(np.array(days) <= MONTH_DAYS, days, NEVER).astype(np.int64)
        date = np.where(date < NEVER, MONTH_DAYS * month + date, NEVER)
        first = date.min(axis=0)
        leaves = (self.end > MONTH_DAYS * month) & (first <= self.end) & (first < NEVER)
        dies = leaves & (date[0] == first)
        fails = leaves & (date[1] == first) & ~dies
        self.death[dies], self.failure[fails] = first[dies], first[fails]
        self.end = np.where(leaves, first, self.end)

    def ended(self, patients: Patients) -> Patients:
        """The patients, with the ends of this process."""
        return replace(
            patients, observed_until=self.end, death=self.death, kidney_failure=self.failure
        )


class _VisitDiary:
    """When each patient is seen, and what is measured then."""

    def __init__(self, rng, n: int, months: int, process: Process, p: Parameters):
        self._rng, self._habit, self._p = rng, process.visit, p
        self._next = np.rint(rng.uniform(12, 44, n)).astype(np.int64)
        self._next -= self._next % MONTH_DAYS == 0
        self.never_assessed = np.zeros(n, bool)
        self.day = np.zeros((months, n), np.int64)
        self.proteinuria, self.creatinine, self.true_proteinuria, self.true_creatinine = (
            np.full((months, n), np.nan) for _ in range(4)
        )

    def visit(
        self, month: int, end: np.ndarray, disease: Disease, known: Known, tacrolimus: Tacrolimus
    ) -> None:
        """See who is due in a month and still in care."""
        noise = self._rng.standard_normal((2, len(end)))
        taken_draw = self._rng.random((2, len(end)))
        usual_gap = self._rng.uniform(_SHORTEST, 78, len(end))
        due = self._next < MONTH_DAYS * (month + 1)
        seen = due & (self._next < end)
        day = np.where(due, self._next - MONTH_DAYS * month, 0)
        proteinuria, creatinine = disease.at(day)
        taken = seen & (taken_draw[0] < TAKEN_SHARE[PROTEINURIA]) & ~self.never_assessed
        measured = np.round(proteinuria * np.exp(self._p.proteinuria_cv * noise[0]), 2)
        self.proteinuria[month] = np.where(taken, np.maximum(measured, 0.01), np.nan)
        taken = seen & (taken_draw[1] < TAKEN_SHARE[CREATININE])
        measured = np.rint(creatinine * np.exp(self._p.creatinine_cv * noise[1]))
        self.creatinine[month] = np.where(taken, np.maximum(measured, 1), np.nan)
        self.day[month] = np.where(seen, self._next, 0)
        self.true_proteinuria[month], self.true_creatinine[month] = proteinuria, creatinine
        known.measure(self._next, self.proteinuria[month], self.creatinine[month])

        shorter = self._habit.per_log_proteinuria * known.log_proteinuria
        shorter += self._habit.tacrolimus * tacrolimus.on
        gap = np.clip(np.rint(usual_gap * np.exp(-shorter)), _SHORTEST, _LONGEST)
        following = self._next + gap.astype(np.int64)
        following -= following % MONTH_DAYS == 0  # no visit on a day of decision
        self._next = np.where(due, following, self._next)


def _courses(
    patients: Patients, tacrolimus: Tacrolimus, on_cyc: np.ndarray, horizon: int
) -> Courses:
    last = np.minimum(np.minimum(patients.observed_until + 1, patients.kidney_failure), horizon)
    given = {"cyclophosphamide": on_cyc, "mycophenolate": ~on_cyc}
    length = {"cyclophosphamide": _PULSES_DAYS, "mycophenolate": horizon}
    start = np.column_stack(
        [tacrolimus.start] + [np.where(given[drug], 0, NEVER) for drug in DRUGS[1:]]
    )
    stop = np.column_stack([tacrolimus.stop] + [np.full(len(last), length[d]) for d in DRUGS[1:]])
    stop = np.minimum(stop, last[:, None])
    start = np.where(start < stop, start, NEVER)
    return Courses(start, np.where(start < NEVER, stop, NEVER), tacrolimus.by_month_of_use())
