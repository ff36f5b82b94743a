"""The study file as a frozen, typed model: everything that a paper would call a definition."""

import math
from collections.abc import Iterable
from datetime import date
from itertools import combinations
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lncohort.study.part import Part, require_different, require_increasing, require_keys
from lncohort.study.target_trial import TargetTrial

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Days = Annotated[int, Field(ge=0)]
Overlap = Literal["sum", "latest", "max", "stockpile"]
Until = Literal["outcome", "exit"]
NotAssessed = Literal["exclude", "non_response"]
NOT_RECORDED = "not recorded"
DOSE_KINDS = ("mean_daily_dose", "cumulative_dose")  # of a covariate
LARGEST_DAILY_DOSE_MG = 1_000_000  # a kilogram a day: no drug's dose, and room for exact sums
MOST_SPECIFICATIONS = 500
MOST_DAYS = 32_767  # 89 years: days of follow-up are kept in two bytes where they are many


class Info(Part):
    """What is asked, and of which years."""

    name: Name
    title: str
    question: str
    period_start: date
    period_end: date
    min_cell: Annotated[int, Field(ge=1)] = 5

    @model_validator(mode="after")
    def _period_in_order(self):
        if self.period_end < self.period_start:
            raise ValueError(f"period_end {self.period_end} is before {self.period_start}")
        return self


class Drug(Part):
    """A drug of the study and its rules of supply; days and mg."""

    name: Name
    label: str
    grace_days: Days
    overlap: Overlap = "sum"
    stockpile_carry: Literal["days", "mg"] = "days"
    max_daily_dose_mg: Annotated[float, Field(gt=0, le=LARGEST_DAILY_DOSE_MG)]
    pulse_days: Annotated[int, Field(gt=0)] = 28
    max_pulse_dose_mg: Annotated[float, Field(gt=0)] | None = None
    high_dose_mg: Annotated[float, Field(gt=0)] | None = None
    high_dose_gap_days: Days | None = None

    @model_validator(mode="after")
    def _has_what_its_keys_need(self):
        if self.stockpile_carry == "mg" and self.overlap != "stockpile":
            raise ValueError(
                f'stockpile_carry is of overlap = "stockpile", found overlap = "{self.overlap}"; '
                "leave it out"
            )
        if self.high_dose_gap_days is not None and self.high_dose_mg is None:
            raise ValueError("high_dose_gap_days needs the key high_dose_mg")
        return self


class Entry(Part):
    """The drugs whose first start is the index date."""

    drugs: Annotated[tuple[str, ...], Field(min_length=1)]


class Criterion(Part):
    """One criterion of eligibility, judged on the index date."""

    name: Name
    label: str
    kind: Literal["age", "observed", "diagnosis", "no_procedure", "lab"]
    concept: str | None = None
    from_day: Annotated[int, Field(le=0)] | None = None
    min_value: float | None = None
    max_value: float | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self):
        needed, allowed = {
            "age": (("min_value",), ()),
            "observed": (("min_value",), ()),
            "diagnosis": (("concept",), ("from_day",)),
            "no_procedure": (("concept",), ()),
            "lab": (("concept", "from_day"), ("min_value", "max_value")),
        }[self.kind]
        others = ("concept", "from_day", "min_value", "max_value")
        require_keys(self, self.kind, needed, allowed, others)
        return self


class FollowUp(Part):
    """How long patients are followed, in intervals of how many days, and the procedures that end it."""

    max_days: Annotated[int, Field(gt=0, le=MOST_DAYS)]
    interval_days: Annotated[int, Field(gt=0)] = 30
    kidney_failure: tuple[str, ...] = ()


class OutcomeCriterion(Part):
    """One way to meet a component of the outcome."""

    component: Name
    test: str
    rule: Literal["below", "ratio_to_baseline", "within_reference"]
    value: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _has_what_its_rule_needs(self):
        needed = () if self.rule == "within_reference" else ("value",)
        require_keys(self, self.rule, needed, (), ("value",))
        return self


class Outcome(Part):
    """When a response is a response."""

    name: Name
    label: str
    from_day: Days
    baseline_days: Days
    component_days: Days
    confirm_days: Days
    not_assessed: NotAssessed = "exclude"
    upcr_for_24h: bool = False
    criteria: Annotated[tuple[OutcomeCriterion, ...], Field(alias="criterion", min_length=1)]


class Exposure(Part):
    """The exposure drug, its window and its bands (mg/day; days)."""

    drug: str
    until: Until = "outcome"
    landmark_day: Annotated[int, Field(gt=0)] | None = None
    switch_days: Days = 30
    taper_days: Annotated[int, Field(gt=0)] = 90
    held_days: Annotated[int, Field(gt=0)] = 28
    dose_bands: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1)]
    duration_bands: Annotated[tuple[Annotated[int, Field(gt=0)], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _bands_in_order(self):
        for key in ("dose_bands", "duration_bands"):
            require_increasing(key, getattr(self, key))
        return self

    @property
    def dose_band_labels(self) -> tuple[str, ...]:
        """Labels of the dose bands, closed on the left: ``<2``, ``[2,4)``, ``≥4``."""
        cuts = [f"{cut:g}" for cut in self.dose_bands]
        between = [f"[{a},{b})" for a, b in zip(cuts, cuts[1:], strict=False)]
        return (f"<{cuts[0]}", *between, f"≥{cuts[-1]}")

    @property
    def duration_band_labels(self) -> tuple[str, ...]:
        """Labels of the duration bands, closed on the right: ``≤90``, ``(90,180]``, ``>180``."""
        cuts = self.duration_bands
        between = [f"({a},{b}]" for a, b in zip(cuts, cuts[1:], strict=False)]
        return (f"≤{cuts[0]}", *between, f">{cuts[-1]}")


class Combination(Part):
    """Two or three drugs, and the days they must share to have been given together."""

    drugs: Annotated[tuple[str, ...], Field(min_length=2, max_length=3)]
    min_overlap_days: Annotated[int, Field(gt=0)]

    @model_validator(mode="after")
    def _of_different_drugs(self):
        require_different("drugs", self.drugs)
        return self


class Covariate(Part):
    """What was known on or before the index date; a category when it has levels."""

    name: Name
    label: str
    kind: Literal[
        "age",
        "sex",
        "lab",
        "egfr",
        "assessment",
        "condition",
        "biopsy",
        "mean_daily_dose",
        "cumulative_dose",
    ]
    concept: str | None = None
    concepts: tuple[str, ...] = ()
    from_day: Annotated[int, Field(le=0)] | None = None
    bands: tuple[float, ...] = ()
    groups: dict[str, tuple[str, ...]] = {}
    levels: tuple[str, ...] = ()
    unit_of_change: Annotated[float, Field(gt=0)] = 1
    adjust: bool = True

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self):
        cut = ("bands", "levels")
        needed, allowed = {
            "age": ((), cut),
            "sex": (("levels",), ()),
            "lab": (("concept", "from_day"), cut),
            "egfr": (("from_day",), cut),
            "assessment": (("concept", "from_day"), cut),
            "condition": (("concepts", "levels"), ("from_day",)),
            "biopsy": (("groups", "levels"), ()),
            "mean_daily_dose": (("concept", "from_day"), cut),
            "cumulative_dose": (("concept", "from_day"), cut),
        }[self.kind]
        others = ("concept", "concepts", "from_day", "groups", *cut)
        require_keys(self, self.kind, needed, allowed, others)
        if self.kind in DOSE_KINDS and self.from_day == 0:
            raise ValueError("from_day must be below 0: the window ends before the index date")
        require_increasing("bands", self.bands)
        require_different("levels", self.levels)
        if NOT_RECORDED in self.levels:
            raise ValueError(f'levels: "{NOT_RECORDED}" is added to every covariate; leave it out')
        is_cut = allowed == cut and (self.bands or self.levels)
        if is_cut and len(self.levels) != len(self.bands) + 1:
            raise ValueError(
                f"{len(self.bands)} bands make {len(self.bands) + 1} levels, "
                f"{len(self.levels)} are named"
            )
        if self.levels and self.unit_of_change != 1:
            raise ValueError("unit_of_change is of a number; a covariate with levels has none")
        if self.groups and set(self.groups) != set(self.levels):
            raise ValueError("groups and levels must name the same levels")
        return self


class Subgroup(Part):
    """A covariate within whose levels the exposure is compared."""

    covariate: str
    cut: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _cut_in_order(self):
        require_increasing("cut", self.cut)
        return self


class Alternatives(Part):
    """Other choices that might as well have been made; each combination is an estimate."""

    grace_days: tuple[Days, ...] = ()
    overlap: tuple[Overlap, ...] = ()
    until: tuple[Until, ...] = ()
    landmark_day: tuple[Annotated[int, Field(gt=0)], ...] = ()
    not_assessed: tuple[NotAssessed, ...] = ()
    without: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_some(self):
        given = [getattr(self, key) for key in type(self).model_fields]
        if not any(given):
            raise ValueError("name at least one other choice")
        size = math.prod(1 + len(choices) for choices in given)
        if size > MOST_SPECIFICATIONS:
            raise ValueError(
                f"these make {size} specifications with the study's own, "
                f"expected at most {MOST_SPECIFICATIONS}; leave some out"
            )
        return self


Share = Annotated[float, Field(ge=0, le=1)]
Ratio = Annotated[float, Field(gt=0)]


class BiasAssumptions(Part):
    """What is believed of a bias: the least and the largest value of each parameter."""

    sensitivity: tuple[Share, Share] | None = None
    specificity: tuple[Share, Share] | None = None
    confounder_in_users: tuple[Share, Share] | None = None
    confounder_in_others: tuple[Share, Share] | None = None
    confounder_risk_ratio: tuple[Ratio, Ratio] | None = None

    @model_validator(mode="after")
    def _complete(self):
        for keys in (
            ("sensitivity", "specificity"),
            ("confounder_in_users", "confounder_in_others", "confounder_risk_ratio"),
        ):
            given = [key for key in keys if getattr(self, key) is not None]
            if given and len(given) < len(keys):
                missing = ", ".join(key for key in keys if key not in given)
                raise ValueError(f"{given[0]} needs the key {missing}")
        if self.sensitivity is None and self.confounder_risk_ratio is None:
            raise ValueError("name the parameters of at least one bias")
        for key in type(self).model_fields:
            if getattr(self, key) is not None:
                require_increasing(key, getattr(self, key))
        return self


class Analysis(Part):
    """One analysis of the study, by kind."""

    name: Name
    kind: Literal[
        "use",
        "dose_band",
        "duration_band",
        "dose_curve",
        "duration_curve",
        "dose_by_duration",
        "joint",
        "interaction",
        "three_drugs",
        "dose_interaction",
        "subgroup",
        "standardised_risk",
        "weighting",
        "missing_data",
        "specification_curve",
        "bias_analysis",
        "risk_ratio",
        "negative_control",
        "permuted_start",
        "survival",
        "landmark",
        "time_varying",
        "clone_censor_weight",
        "sequential_trials",
        "marginal_structural",
        "active_comparator",
        "cumulative_incidence",
    ]
    reference: str | None = None
    drugs: tuple[str, ...] = ()
    copies: Annotated[int, Field(ge=2, le=200)] | None = None
    seed: Annotated[int, Field(ge=0)] | None = None
    of: Literal["use", "dose_band", "duration_band"] | None = None
    alternatives: Alternatives | None = None
    assumptions: BiasAssumptions | None = None
    scores: tuple[Annotated[float, Field(gt=0)], ...] = ()
    diagnoses: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    exposures: tuple[str, ...] = ()
    days: tuple[Annotated[int, Field(gt=0)], ...] = ()
    lag_days: Days | None = None
    adjust: Literal["baseline", "time_varying"] | None = None
    grace_days: Annotated[int, Field(gt=0)] | None = None
    truncate: tuple[Share, Share] | None = None
    replicates: Annotated[int, Field(ge=2, le=10_000)] | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self):
        controls = ("diagnoses", "procedures", "exposures")
        needed, allowed = {
            "dose_band": ((), ("scores",)),
            "duration_band": ((), ("scores",)),
            "joint": (("reference",), ()),
            "interaction": (("drugs",), ()),
            "three_drugs": (("drugs",), ()),
            "dose_interaction": (("drugs",), ()),
            "missing_data": (("copies", "seed"), ()),
            "specification_curve": (("of", "alternatives"), ()),
            "bias_analysis": (("seed", "assumptions"), ()),
            "negative_control": ((), controls),
            "permuted_start": (("replicates", "seed"), ()),
            "landmark": (("days",), ()),
            "time_varying": ((), ("lag_days", "adjust")),
            "clone_censor_weight": (
                ("grace_days", "days", "replicates", "seed"),
                ("truncate", "drugs"),
            ),
            "sequential_trials": ((), ("truncate", "days", "replicates", "seed")),
            "marginal_structural": (("days",), ("truncate", "replicates", "seed")),
            "active_comparator": (("reference",), ()),
            "cumulative_incidence": (("days", "replicates", "seed"), ()),
        }.get(self.kind, ((), ()))
        others = tuple(key for key in type(self).model_fields if key not in ("name", "kind"))
        require_keys(self, self.kind, needed, allowed, others)
        require_increasing("scores", self.scores)
        require_increasing("days", self.days)
        named = tuple(name for key in controls for name in getattr(self, key))
        if self.kind == "negative_control" and not named:
            raise ValueError(f"name at least one negative control: {', '.join(controls)}")
        require_different(", ".join(controls), named)
        if (self.replicates is None) != (self.seed is None) and "replicates" in needed + allowed:
            raise ValueError("replicates and seed go together")
        if self.truncate is not None:
            require_increasing("truncate", self.truncate)
        wanted = {"interaction": 2, "three_drugs": 3, "dose_interaction": 1}.get(self.kind)
        if self.kind == "clone_censor_weight" and self.drugs:
            wanted = 1
        if wanted is not None and len(self.drugs) != wanted:
            raise ValueError(f'drugs: "{self.kind}" is of {wanted}, {len(self.drugs)} are named')
        require_different("drugs", self.drugs)
        return self


class Fact(Part):
    """A published figure, and the estimate that it stands beside."""

    name: str
    analysis: str
    level: str
    measure: str
    value: float | None = None
    ci: Annotated[tuple[float, ...], Field(min_length=2, max_length=2)] | None = None
    p_value: str | None = None


class Published(Part):
    """What was published, where, and what is not known about it."""

    short: str
    citation: str
    provenance: str
    unknown: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = Field(default=(), alias="fact")


class Study(Part):
    """A study: who, when, what was taken, what came of it, and what is to be estimated."""

    info: Info = Field(alias="study")
    drugs: Annotated[tuple[Drug, ...], Field(alias="drug", min_length=1)]
    entry: Entry
    eligibility: tuple[Criterion, ...] = ()
    follow_up: FollowUp
    outcome: Outcome
    exposure: Exposure
    combinations: tuple[Combination, ...] = Field(default=(), alias="combination")
    covariates: tuple[Covariate, ...] = Field(default=(), alias="covariate")
    subgroups: tuple[Subgroup, ...] = Field(default=(), alias="subgroup")
    analyses: Annotated[tuple[Analysis, ...], Field(alias="analysis", min_length=1)]
    target_trial: TargetTrial | None = None
    published: Published | None = None

    def drug(self, name: str) -> Drug:
        """The drug of that name."""
        return next(drug for drug in self.drugs if drug.name == name)

    def covariate(self, name: str) -> Covariate:
        """The covariate of that name."""
        return next(covariate for covariate in self.covariates if covariate.name == name)

    def regimen_label(self, drugs: Iterable[str]) -> str:
        """Name a set of drugs: their labels joined by ``+``, or one label and ``alone``."""
        drugs = set(drugs)
        labels = [drug.label for drug in self.drugs if drug.name in drugs]
        return "+".join(labels) if len(labels) > 1 else f"{labels[0]} alone"

    def regimens(self) -> dict[tuple[str, ...], str]:
        """Every set of the study's drugs, one drug first, with its label."""
        names = [drug.name for drug in self.drugs]
        subsets = (s for size in range(1, len(names) + 1) for s in combinations(names, size))
        return {subset: self.regimen_label(subset) for subset in subsets}
