"""Who is at risk at each time of an event, and the sums over risk sets that Cox models need."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Steps:
    """The steps of the partial likelihood: one for each event, tied ones taking turns.

    Attributes
    ----------
    time : array of int, shape (e,)
        Which time of an event.
    turn : array of shape (e,)
        Share of the tied events' hazard that is gone already: (k - 1)/d, or 0 for Breslow's ties.
    weight : array of shape (e,)
        Mean weight of the tied events.
    """

    time: np.ndarray
    turn: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True)
class Cuts:
    """Places in a row of values at which their running sum is wanted.

    Attributes
    ----------
    begins : array of int
        Where each piece between two places begins.
    place : array of int, shape (k,)
        How many pieces stand before each wanted place.
    """

    begins: np.ndarray
    place: np.ndarray

    def of(self, values: np.ndarray) -> np.ndarray:
        """Sums of the values before each place, shape (k,) or (k, p)."""
        return _upto(np.add.reduceat(values, self.begins, axis=0))[self.place]


def cuts(places: np.ndarray, n: int) -> Cuts:
    """The cuts of n values at some places from 0 to n."""
    begins = np.unique(np.concatenate([[0], places]))
    begins = begins[begins < n]
    return Cuts(begins, np.searchsorted(begins, places, side="left"))


@dataclass(frozen=True)
class RiskSets:
    """Rows at risk on (start, stop], sorted by stratum and stop.

    Attributes
    ----------
    start, stop, event, stratum, weight : array of shape (n,)
        The rows; strata are numbered.
    event_time, event_stratum, events_at : array of shape (k,)
        Each time of an event in each stratum, and how many events.
    first, last : array of int, shape (n,)
        A row is at risk at the times of events ``first`` to ``last``; at none when last < first.
    own : array of int, shape (m,)
        The time of each of the m events, and ``rows`` which row it is of.
    first_of_time : array of int, shape (k,)
        Where the events of each time begin in ``rows``.
    by_first : array of int, shape (n,), or None
        The rows in the order in which they enter; None when they enter in the order they stand.
    entered, gone : Cuts
        How many rows have entered, and have left, at each time of an event.
    steps : Steps
    """

    start: np.ndarray
    stop: np.ndarray
    event: np.ndarray
    stratum: np.ndarray
    weight: np.ndarray
    event_time: np.ndarray
    event_stratum: np.ndarray
    events_at: np.ndarray
    first: np.ndarray
    last: np.ndarray
    own: np.ndarray
    rows: np.ndarray
    first_of_time: np.ndarray
    by_first: np.ndarray | None
    entered: Cuts
    gone: Cuts
    steps: Steps

    def _at_risk(self, values: np.ndarray) -> np.ndarray:
        """Sum of the rows' values over those at risk at each time of an event."""
        entering = values if self.by_first is None else values[self.by_first]
        return self.entered.of(entering) - self.gone.of(values)

    def _failing(self, values: np.ndarray) -> np.ndarray:
        """Sum of the rows' values over the events of each time."""
        return np.add.reduceat(values[self.rows], self.first_of_time, axis=0)

    def hazard_steps(self, hazard: np.ndarray) -> np.ndarray:
        """Rise of the baseline hazard at each time of an event, at relative hazards of shape (n,)."""
        return self._by_time(self.steps.weight / self._left(self.weight * hazard))

    def means(self, matrix: np.ndarray, hazard: np.ndarray) -> np.ndarray:
        """Mean of each column over those at risk at each time of an event, shape (k, p).

        Rows count by weight and relative hazard; tied events do not take turns.
        """
        weighted = self.weight * hazard
        return self._at_risk(weighted[:, None] * matrix) / self._at_risk(weighted)[:, None]

    def _left(self, values: np.ndarray) -> np.ndarray:
        time, turn = self.steps.time, self.steps.turn
        turn = turn if values.ndim == 1 else turn[:, None]
        return self._at_risk(values)[time] - turn * self._failing(values)[time]

    def log_likelihood(self, linear: np.ndarray) -> float:
        """The partial log-likelihood of linear predictors, shape (n,)."""
        shift = linear.max()
        with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
            left = self._left(self.weight * np.exp(linear - shift))
            value = (self.weight * linear)[self.rows].sum()
            value -= (self.steps.weight * (np.log(left) + shift)).sum()
        return float(value) if np.isfinite(value) else -np.inf

    def derivatives(
        self, matrix: np.ndarray, linear: np.ndarray, by_time: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Gradient and information of the partial log-likelihood.

        Parameters
        ----------
        matrix : array of shape (n, p)
        linear : array of shape (n,)
        by_time : array of shape (k,), optional
            A factor of what each time of an event adds to both.
        """
        factor = np.ones(len(self.event_time)) if by_time is None else by_time
        weighted = self.weight * np.exp(linear - linear.max())
        time, turn = self.steps.time, self.steps.turn
        left = self._left(weighted)
        share = factor[time] * self.steps.weight / left
        # Of a step the mean covariate is (all at risk - turn * failing) / left; its sums over the
        # steps of a time are taken apart, so that nothing is as long as the events.
        of_rows = weighted[:, None] * matrix
        all_of, failing = self._at_risk(of_rows), self._failing(of_rows)
        own = self.weight[self.rows] * factor[self.own]
        gradient = own @ matrix[self.rows]
        gradient -= self._by_time(share) @ all_of - self._by_time(share * turn) @ failing
        exposure = self._exposure(share, share * turn)
        crossed = (matrix * (weighted * exposure)[:, None]).T @ matrix
        squared = share / left
        mixed = (all_of * self._by_time(squared * turn)[:, None]).T @ failing
        spread = (all_of * self._by_time(squared)[:, None]).T @ all_of - mixed - mixed.T
        spread += (failing * self._by_time(squared * turn**2)[:, None]).T @ failing
        return gradient, crossed - spread

    def _by_time(self, of_steps: np.ndarray) -> np.ndarray:
        """Sums of the steps of each time."""
        return np.add.reduceat(of_steps, self.first_of_time)

    def _exposure(self, share: np.ndarray, gone: np.ndarray) -> np.ndarray:
        """What the steps at which a row is at risk add up to; its own turns are taken off."""
        upto = _upto(self._by_time(share))
        total = upto[self.last + 1] - upto[self.first]
        total[self.rows] -= self._by_time(gone)[self.own]
        return total

    def score_residuals(self, matrix: np.ndarray, beta: np.ndarray) -> np.ndarray:
        """Each row's part of the gradient, shape (n, p), weights included."""
        linear = matrix @ beta
        hazard = np.exp(linear - linear.max())
        weighted = self.weight * hazard
        left = self._left(weighted)
        share, turn = self.steps.weight / left, self.steps.turn
        exposure = self._exposure(share, share * turn)
        made = -(weighted * exposure)[:, None] * matrix
        means = self._left(weighted[:, None] * matrix) / left[:, None]
        for j in range(matrix.shape[1]):
            mean = means[:, j]
            made[:, j] += weighted * self._exposure(share * mean, share * turn * mean)
            average = self._by_time(mean) / self.events_at
            made[self.rows, j] += self.weight[self.rows] * (
                matrix[self.rows, j] - average[self.own]
            )
        return made


def _upto(values: np.ndarray) -> np.ndarray:
    """Sums of the first 0, 1, 2, ... rows."""
    made = np.zeros((len(values) + 1, *values.shape[1:]))
    np.cumsum(values, axis=0, out=made[1:])
    return made


def risk_sets(
    stop: np.ndarray,
    event: np.ndarray,
    start: np.ndarray,
    stratum: np.ndarray,
    weight: np.ndarray,
    efron: bool = True,
) -> RiskSets:
    """Find the risk sets of rows that are sorted by stratum and stop."""
    # One number for each pair of stratum and time, in order of both.
    times, stop_rank = np.unique(stop, return_inverse=True)
    size = len(times) + 1
    key = stratum * size + stop_rank
    start_key = stratum * size + np.searchsorted(times, start, side="right")
    event_key, own = np.unique(key[event], return_inverse=True)
    events_at = np.bincount(own, minlength=len(event_key)).astype(int)
    first_of_time = np.cumsum(events_at) - events_at
    time = np.repeat(np.arange(len(event_key)), events_at)
    turn = np.arange(len(time)) - first_of_time[time]
    share = turn / events_at[time] if efron else np.zeros(len(time))
    mean_weight = np.bincount(own, weights=weight[event]) / events_at
    first = np.searchsorted(event_key, start_key, side="left")
    last = np.searchsorted(event_key, key, side="right") - 1
    first = np.minimum(first, last + 1)
    by_first = None if (np.diff(first) >= 0).all() else np.argsort(first, kind="stable")
    place = np.arange(len(event_key))
    return RiskSets(
        start=start,
        stop=stop,
        event=event,
        stratum=stratum,
        weight=weight,
        event_time=times[event_key % size],
        event_stratum=event_key // size,
        events_at=events_at,
        first=first,
        last=last,
        own=own,
        rows=np.flatnonzero(event),
        first_of_time=first_of_time,
        by_first=by_first,
        entered=cuts(
            np.searchsorted(first if by_first is None else first[by_first], place, "right"),
            len(stop),
        ),
        gone=cuts(np.searchsorted(last, place, "left"), len(stop)),
        steps=Steps(time, share, mean_weight[time]),
    )
