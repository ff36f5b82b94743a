"""The randomised trial that a study would like to have been."""

from typing import Annotated

from pydantic import Field, model_validator

from lncohort.study.part import Part, require_different


class TargetTrial(Part):
    """A target trial, as the TARGET statement asks for it, and the analyses that emulate it.

    Notes
    -----
    Hernán MA, Robins JM. Am J Epidemiol 2016;183:758. Cashin AG et al. JAMA 2025;334:1084
    (TARGET).
    """

    eligibility: str
    strategies: Annotated[tuple[str, ...], Field(min_length=2)]
    assignment: str
    time_zero: str
    outcome: str
    contrast: str
    analysis: str
    emulated_by: Annotated[tuple[str, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _of_different_strategies(self):
        require_different("strategies", self.strategies)
        require_different("emulated_by", self.emulated_by)
        return self
