"""The course of tacrolimus, decided month by month."""

import numpy as np
from scipy.special import expit

from lncohort.simulate.courses import MONTH_DAYS
from lncohort.simulate.feedback.known import Known
from lncohort.simulate.feedback.scenario import Process
from lncohort.simulate.feedback.strategy import Strategy
from lncohort.simulate.parameters import Parameters
from lncohort.simulate.patients import NEVER

DRAWS = 5  # random numbers of a patient in each month
_TAPER = (0.75, 0.5, 0.25)  # of the dose, month by month
_FIRST_DOSES_MG = np.array([5.0, 4.0, 3.0, 2.0])
_NOT_MORE_SHARE = np.array([0.15, 0.35, 0.70])  # of those three doses and more
_HALF_YEAR = 6  # months


class Tacrolimus:
    """The course of tacrolimus of n patients, as far as it has been decided.

    One course a patient: it is not started again. It begins and ends on days of decision, which
    are 0, 30, 60 and so on.

    Attributes
    ----------
    start, stop : ndarray of int
        Days from the index date; `NEVER` when it has not begun, or not ended.
    on : ndarray of bool
        Taken in the present month.
    mg : ndarray, shape (months, n)
        Daily dose in each month since the index date.
    """

    def __init__(self, patients: int, months: int):
        self.start = np.full(patients, NEVER)
        self.stop = np.full(patients, NEVER)
        self.on = np.zeros(patients, bool)
        self.mg = np.zeros((months, patients))
        self._dose = np.zeros(patients)
        self._taper_from = np.full(patients, NEVER)  # month

    def decide(
        self,
        month: int,
        known: Known,
        in_care: np.ndarray,
        draws: np.ndarray,
        process: Process,
        p: Parameters,
        strategy: Strategy | None,
    ) -> None:
        """Decide what is taken in a month, from what is known at its start.

        `draws` are uniform random numbers of shape (5, n); a strategy decides in the place of
        the clinician, but for the dose.
        """
        before = self.on
        tapering = self._taper_from < NEVER
        stops, tapers = self._stops(month, known, before & ~tapering, draws, process, strategy)
        self._taper_from[tapers] = month
        ends = (stops & ~tapers) | (before & (month - self._taper_from == len(_TAPER)))
        self.stop[ends] = MONTH_DAYS * month

        starts = self._starts(month, known, in_care, draws[0], process, p, strategy)
        self.start[starts] = MONTH_DAYS * month
        self.on = (before & ~ends) | starts

        share = draws[1] * np.where(known.proteinuria >= 3.5, 0.7, 1.0)
        first = _FIRST_DOSES_MG[np.searchsorted(_NOT_MORE_SHARE, share)]
        raised = (draws[2] < process.dose.raised_share) & (known.proteinuria >= 1)
        lowered = (draws[2] > 1 - process.dose.lowered_share) & known.creatinine_risen
        changed = np.clip(self._dose + raised - 1.0 * lowered, 1, 8)
        self._dose = np.where(starts, first, np.where(before & ~tapering, changed, self._dose))
        if strategy is not None:
            self._dose = np.maximum(self._dose, strategy.least_mg)
        given = self._dose.copy()
        for i, share_given in enumerate(_TAPER):
            reduced = month - self._taper_from == i
            given[reduced] = np.maximum(np.rint(2 * share_given * given[reduced]) / 2, 0.5)
        self.mg[month] = np.where(self.on, given, 0)

    def stopped_within_half_year(self, month: int) -> tuple[np.ndarray, np.ndarray]:
        """Who stopped in the last half-year abruptly, and who after a taper."""
        recent = MONTH_DAYS * month - self.stop < MONTH_DAYS * _HALF_YEAR
        recent &= self.stop <= MONTH_DAYS * month
        tapered = self._taper_from < NEVER
        return recent & ~tapered, recent & tapered

    def by_month_of_use(self) -> np.ndarray:
        """Daily dose in each month since the start, shape (n, months)."""
        months = len(self.mg)
        first = np.where(self.start < NEVER, self.start // MONTH_DAYS, 0)
        calendar = np.minimum(first[:, None] + np.arange(months), months - 1)
        return np.take_along_axis(self.mg.T, calendar, axis=1)

    def _starts(self, month, known, in_care, draw, process, p, strategy) -> np.ndarray:
        eligible = in_care & (self.start == NEVER)
        if strategy is not None:
            if strategy.starts and month == strategy.step:
                return eligible
            if not strategy.as_usual or month <= strategy.step:
                return np.zeros_like(eligible)
        start = process.start
        log_odds = start.log_odds_later if month else start.log_odds_at_index
        indication = start.indication * known.weighed(p.tacrolimus_indication)
        return eligible & (draw < expit(log_odds + indication))

    def _stops(
        self, month, known, may_stop, draws, process, strategy
    ) -> tuple[np.ndarray, np.ndarray]:
        """Who begins to stop, and who of them by a taper."""
        if strategy is not None and not strategy.as_usual:
            stops = may_stop if month == strategy.stop_step else np.zeros_like(may_stop)
            return stops, stops & strategy.taper
        stop = process.stop
        remission = known.proteinuria < 0.5
        log_odds = stop.log_odds + stop.remission_measured * remission
        log_odds += stop.creatinine_risen * known.creatinine_risen
        stops = may_stop & (draws[3] < expit(log_odds))
        share = np.where(remission, stop.taper_share_in_remission, stop.taper_share)
        return stops, stops & (draws[4] < share)
