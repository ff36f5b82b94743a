"""Treatment strategies: what is decided in the place of the clinician."""

from dataclasses import dataclass, replace
from typing import Literal

from lncohort.simulate.feedback.scenario import Scenario

STOP_STEP = 12  # the month in which the strategies that stop do so: on day 360
GRACE_STEP = 2  # the last month in which a start counts as one of the first 60 days


@dataclass(frozen=True)
class Strategy:
    """Decisions that replace those of the process.

    Attributes
    ----------
    name : str
        How the truth calls it.
    tacrolimus : {"never", "start", "start_as_usual", "later_as_usual"}
        "start": on the index date, and kept for good unless `stop_step` says otherwise. The day
        within the first 60 changes no outcome: no remission comes before the end of them.
        "start_as_usual": the same, and then the clinician decides when to stop. "later_as_usual":
        not up to day 60, and then the clinician decides.
    least_mg : float
        Tacrolimus is given at this daily dose or more.
    background : {"cyclophosphamide", "mycophenolate"}, optional
        Given to everyone; by default what the clinician chooses.
    stop_step : int, optional
        Month in which tacrolimus is stopped, or its taper begins.
    taper : bool
        Whether the stop is a taper, over three months.
    """

    name: str
    tacrolimus: Literal["never", "start", "start_as_usual", "later_as_usual"]
    least_mg: float = 0.0
    background: Literal["cyclophosphamide", "mycophenolate"] | None = None
    stop_step: int | None = None
    taper: bool = False

    @property
    def starts(self) -> bool:
        """Whether tacrolimus is started on the index date."""
        return self.tacrolimus.startswith("start")

    @property
    def as_usual(self) -> bool:
        """Whether the clinician decides in the end."""
        return self.tacrolimus.endswith("as_usual")

    @property
    def step(self) -> int:
        """The month of the start, or the last in which there is none; nobody starts before it."""
        return 0 if self.starts else GRACE_STEP


@dataclass(frozen=True)
class TrialStrategy(Strategy):
    """The same, decided on at the beginning of a later month, in which a nested trial begins."""

    trial: int = 0

    @property
    def step(self) -> int:
        """The month in which the trial begins."""
        return self.trial


NEVER_TACROLIMUS = Strategy("never", "never")
START = Strategy("start", "start")
START_4_MG = Strategy("start_4_mg", "start", least_mg=4.0)
STOP_ABRUPT = Strategy("stop_abrupt", "start", stop_step=STOP_STEP)
STOP_TAPER = Strategy("stop_taper", "start", stop_step=STOP_STEP, taper=True)
START_AS_USUAL = Strategy("start_as_usual", "start_as_usual")
LATER_AS_USUAL = Strategy("later_as_usual", "later_as_usual")


def strategies_of(scenario: Scenario) -> tuple[Strategy, ...]:
    """The strategies whose outcomes are asked for; the four cells of tacrolimus and background
    where the background matters.
    """
    kept, usual = (NEVER_TACROLIMUS, START), (START_AS_USUAL, LATER_AS_USUAL)
    strategies = (*kept, START_4_MG, STOP_ABRUPT, STOP_TAPER, *usual)
    remission = scenario.process.remission
    if remission.cyclophosphamide == 0 and remission.both == 0:
        return strategies
    return strategies + tuple(
        replace(strategy, name=f"{label}_{strategy.name}", background=drug)
        for label, drug in (("mmf", "mycophenolate"), ("cyc", "cyclophosphamide"))
        for strategy in (*kept, *usual)
    )
