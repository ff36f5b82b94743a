"""Scenarios: simulated worlds whose treatment effects are known, each a TOML file."""

import tomllib
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from lncohort.errors import UserError
from lncohort.simulate.parameters import Parameters, calibrated

NANJING = "nanjing"  # the calibrated process, planned ahead

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0)]


class Part(BaseModel):
    """A table of the scenario file: frozen, and no key but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Background(Part):
    """Cyclophosphamide or mycophenolate, which everyone starts on the index date: log odds of
    the first, and how many times the calibrated weights of indication count.
    """

    log_odds: float = 0.1
    indication: float = 1.0


class Start(Part):
    """Tacrolimus joins: log odds on the index date and in each later month, and how many times
    the calibrated weights of indication count, with proteinuria and eGFR as last measured.
    """

    log_odds_at_index: float = -3.2
    log_odds_later: float = -5.3
    indication: float = 1.2


class Stop(Part):
    """Tacrolimus ends: log odds in each month, what it adds that proteinuria was last measured
    below 0.5 g/24 h or creatinine 30 % above baseline, and the shares that taper, in remission as
    last measured and not.
    """

    log_odds: float = -3.6
    remission_measured: float = 0.8
    creatinine_risen: float = 1.0
    taper_share_in_remission: Share = 0.7
    taper_share: Share = 0.2


class Dose(Part):
    """Share whose dose of tacrolimus is raised in a month by 1 mg/day, where proteinuria was last
    measured at 1 g/24 h or more, and lowered, where creatinine was last measured 30 % above
    baseline.
    """

    raised_share: Share = 0.08
    lowered_share: Share = 0.20


class Remission(Part):
    """Log of the monthly hazard of remission, and the logs of its ratios: how many times the
    calibrated weights of prognosis count (proteinuria and eGFR as last measured); tacrolimus
    while it is taken; each mg/day above 3; cyclophosphamide against mycophenolate; both together
    beyond the product of the two.
    """

    log_hazard: float = -2.2
    prognosis: float = 1.2
    tacrolimus: float = 0.0
    tacrolimus_per_mg: float = 0.0
    cyclophosphamide: float = 0.0
    both: float = 0.0


class Flare(Part):
    """Flares a month in remission, and the log hazard ratios of the half-year after tacrolimus
    was stopped abruptly and after it was tapered.
    """

    per_month: Rate = 0.012
    after_abrupt_stop: float = 0.0
    after_taper: float = 0.0


class Visit(Part):
    """How much shorter, on the log scale, the days to the next visit are by each logarithm of the
    last measured proteinuria (over 2 g/24 h), and while tacrolimus is taken.
    """

    per_log_proteinuria: float = 0.1
    tacrolimus: float = 0.0


class Loss(Part):
    """Losses to follow-up a year, and the log hazard ratios of each logarithm of the last measured
    proteinuria (over 2 g/24 h) and of tacrolimus while it is taken.
    """

    per_year: Rate = 0.10
    per_log_proteinuria: float = 0.0
    tacrolimus: float = 0.0


class Unassessed(Part):
    """Share of patients whose proteinuria is never measured after the index date, and the log
    odds ratios of severe proteinuria and of tacrolimus, both on the index date.
    """

    share: Share = 0.0
    proteinuria_severe: float = 0.0
    tacrolimus: float = 0.0


class Process(Part):
    """The process in steps: what a scenario does not say is as it is here."""

    background: Background = Background()
    start: Start = Start()
    stop: Stop = Stop()
    dose: Dose = Dose()
    remission: Remission = Remission()
    flare: Flare = Flare()
    visit: Visit = Visit()
    loss: Loss = Loss()
    unassessed: Unassessed = Unassessed()


class Scenario(Part):
    """A scenario file.

    `kind` says how the course is drawn: planned on the index date (the calibrated process, which
    has no effects to ask for), or in steps, by the tables of `process`.
    """

    title: str
    lesson: str
    kind: Literal["planned", "steps"] = "steps"
    process: Process = Process()

    def parameters(self) -> Parameters:
        """Who the patients are, and how their record is kept.

        In steps, whatever decides treatment can be read in the record: nothing is missing from
        it, mistaken or measured twice.
        """
        if self.kind == "planned":
            return calibrated()
        return replace(
            calibrated(),
            missing_creatinine_share=0.0,
            missing_sledai_share=0.0,
            missing_biopsy_share=0.0,
            missing_dose_share=0.0,
            dirty_row_share=0.0,
            repeated_sample_share=0.0,
        )


def scenarios() -> list[str]:
    """Names of the scenarios that ship with the package."""
    return sorted(
        file.name.removesuffix(".toml")
        for file in _library().iterdir()
        if file.name.endswith(".toml")
    )


@cache
def load_scenario(name: str) -> Scenario:
    """Load a scenario that ships with the package.

    Raises
    ------
    UserError
        When there is none of that name.
    """
    if name not in scenarios():
        near = get_close_matches(name, scenarios(), n=1)
        hint = f' did you mean "{near[0]}"?' if near else ""
        raise UserError(
            f"--scenario: no scenario {name!r};{hint} expected one of {', '.join(scenarios())}"
        )
    text = (_library() / f"{name}.toml").read_text(encoding="utf-8")
    return Scenario.model_validate(tomllib.loads(text))


def _library():
    return files("lncohort.simulate") / "scenarios"
