"""Which estimates are judged, and against which truth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lncohort.errors import UserError
from lncohort.simulate import causal_truth, trial_truth
from lncohort.simulate.feedback.scenario import load_scenario
from lncohort.simulate.truth import RATIOS, known_truth
from lncohort.study import Study
from lncohort.validate.plan import Plan

PRIMARY = ("use", "dose_band", "duration_band", "joint", "interaction")  # kinds of analyses


@dataclass(frozen=True)
class Match:
    """An estimate, and the causal effect with which it is compared.

    Attributes
    ----------
    kind : str
        Of the analysis.
    model, level, measure : str
        Where the estimate stands among its rows.
    contrast : str
        The same, where its rows are told apart by it: the day.
    estimand, strategy, reference : str
        Of :func:`lncohort.simulate.causal_truth` or :func:`lncohort.simulate.trial_truth`;
        "odds_ratio" is that of its risks.
    day : int
        The horizon.
    respects_time : bool
        Whether exposure is as it was known while follow-up was still to come.
    """

    kind: str
    model: str
    level: str
    measure: str
    estimand: str
    strategy: str
    reference: str = "never"
    day: int = 730
    contrast: str = ""
    respects_time: bool = False


def _timed(kind, model, level, measure, effect, *, strategy="start_as_usual", **where) -> Match:
    return Match(kind, model, level, measure, effect, strategy, respects_time=True, **where)


IN_GRACE = "started within 60 days"
LATER = "later_as_usual"
YEARS = {360: "day 360", 720: "day 720"}
PROTOCOLS = {
    "intention to treat": ("start_as_usual", "not_now_as_usual"),
    "per protocol": ("start", "never"),
}
# Estimates that do not respect time stand here, too: one is to see how far off they are. Of those that
# do, a start by day 60 is compared with none by then, or with none ever, and what follows is as usual.
# Odds ratios of 30 days are close to hazard ratios. Nested trials have a truth of their own: that of the
# trials, as an effect that comes late is not the same for those who start late.
CAUSAL = (
    Match("use", "adjusted", "ever", "OR", "odds_ratio", "start"),
    Match("dose_band", "adjusted", "≥4", "OR", "odds_ratio", "start_4_mg"),
    Match("duration_band", "adjusted", ">180", "OR", "odds_ratio", "start"),
    Match("standardised_risk", "standardised", "ever", "RD", "risk_difference", "start"),
    Match("standardised_risk", "standardised", "ever", "RR", "risk_ratio", "start"),
    Match("risk_ratio", "modified Poisson", "ever", "RR", "risk_ratio", "start"),
    Match("survival", "Cox adjusted", "ever", "HR", "hazard_ratio", "start"),
    _timed(
        "landmark", "weighted", "started", "HR", "hazard_ratio", reference=LATER, contrast="day 60"
    ),
    _timed("time_varying", "adjusted", "started", "HR", "hazard_ratio"),
    _timed("clone_censor_weight", "weighted", IN_GRACE, "HR", "hazard_ratio", reference=LATER),
    *(
        _timed(
            "clone_censor_weight",
            "weighted",
            IN_GRACE,
            "RD",
            "risk_difference",
            reference=LATER,
            day=day,
            contrast=told,
        )
        for day, told in YEARS.items()
    ),
    *(
        _timed(
            "clone_censor_weight",
            "weighted",
            f"{IN_GRACE} × CYC",
            "RERI",
            "reri",
            strategy="cyc_start_as_usual",
            reference="mmf_later_as_usual",
            day=day,
            contrast=told,
        )
        for day, told in YEARS.items()
    ),
    *(
        Match(
            "sequential_trials",
            model,
            "started",
            measure,
            effect,
            *arms,
            day=day,
            contrast=told,
            respects_time=True,
        )
        for model, arms in PROTOCOLS.items()
        for measure, effect, day, told in (
            ("OR", "trial_odds_ratio", 720, ""),
            *(("RD", "trial_risk_difference", day, told) for day, told in YEARS.items()),
        )
    ),
    _timed("marginal_structural", "weighted", "started", "OR", "hazard_ratio"),
    *(
        _timed(kind, model, level, "RD", "risk_difference", day=day, contrast=told)
        for kind, model, level in (
            ("marginal_structural", "weighted", "started"),
            ("cumulative_incidence", "standardised", "started on the index date"),
        )
        for day, told in YEARS.items()
    ),
)

MATCHES = {(m.kind, m.model, m.level, m.measure, m.contrast): m for m in CAUSAL}


def is_causal(scenario: str) -> bool:
    """Whether the effects of the drugs are known, and not only what the analyses converge to."""
    return load_scenario(scenario).kind != "planned"


def judged(study: Study, scenario: str, names: tuple[str, ...] = ()) -> Study:
    """The study with only the analyses that are judged.

    Parameters
    ----------
    study
        The study.
    scenario
        The simulated process.
    names
        Analyses to judge; by default those whose causal effect is known or, in a scenario
        without causal truth, those of use, dose, duration, regimens and interaction.

    Raises
    ------
    UserError
        When there is no such scenario, or a name is not that of an analysis whose truth is known.
    """
    if is_causal(scenario):
        kinds = {match.kind for match in CAUSAL}
        there = usual = [a for a in study.analyses if a.kind in kinds]
    else:
        known = set(known_truth().index.get_level_values("analysis"))
        there = [a for a in study.analyses if a.name in known]
        usual = [a for a in there if a.kind in PRIMARY]
    unknown = set(names) - {analysis.name for analysis in there}
    if unknown:
        raise UserError(
            f"--analysis: no truth is known of {', '.join(sorted(unknown))}; expected some of "
            f"{', '.join(analysis.name for analysis in there)}."
        )
    kept = [a for a in there if a.name in names] if names else usual
    if not kept:
        raise UserError(
            f'study "{study.info.name}": the truth of none of its analyses is known; expected one '
            "with analyses as in the Nanjing study."
        )
    return study.model_copy(update={"analyses": tuple(kept)})


def truth_of(plan: Plan, found: pd.DataFrame) -> pd.DataFrame:
    """The truth of each estimand that has one.

    Parameters
    ----------
    plan
        The validation.
    found
        Every estimate of every cohort, indexed by cohort and keys.

    Returns
    -------
    DataFrame
        Columns truth and mc_se, logs for a ratio, indexed by the keys of an estimand.
    """
    if not is_causal(plan.scenario):
        return known_truth()
    kinds = {analysis.name: analysis.kind for analysis in plan.study.analyses}
    of_trials = trial_truth(plan.scenario)
    effects = causal_truth(plan.scenario)
    if len(of_trials):
        effects = pd.concat([effects, of_trials])
    rows = {}
    for key in found.index.droplevel("cohort").unique():
        place = dict(zip(found.index.names[1:], key, strict=True))
        match = match_of(kinds.get(place["analysis"]), place)
        effect = match and _effect(effects, match)
        if effect is not None:
            rows[key] = effect
    index = pd.MultiIndex.from_tuples(rows, names=found.index.names[1:])
    return pd.DataFrame(list(rows.values()), columns=["truth", "mc_se"], index=index)


def match_of(kind: str | None, place: Mapping[str, str]) -> Match | None:
    """The causal effect of an estimate, by the kind of its analysis and its keys."""
    named = kind, place["model"], place["level"], place["measure"]
    return MATCHES.get((*named, place["contrast"])) or MATCHES.get((*named, ""))


def _effect(effects: pd.DataFrame, match: Match) -> tuple[float, float] | None:
    """The value of a causal effect and its Monte Carlo error; logs for a ratio. None where the
    scenario does not tell it.
    """
    if match.estimand == "reri" and "reri" not in set(effects["estimand"]):
        return 0.0, 0.0  # the background has no effect: nothing adds to that of the drug

    told = effects[effects["strategy"] == match.strategy]
    if match.day not in set(told["day"]):
        return None
    if match.estimand != "odds_ratio" and match.estimand not in set(told["estimand"]):
        return None

    def look_up(estimand: str, strategy: str, reference: str) -> tuple[float, float]:
        row = effects[
            (effects["estimand"] == estimand)
            & (effects["strategy"] == strategy)
            & (effects["reference"] == reference)
            & (effects["day"] == match.day)
        ]
        return float(row["value"].item()), float(row["mc_se"].item())

    if match.estimand == "odds_ratio":
        risks = [look_up("risk", name, "") for name in (match.strategy, match.reference)]
        (first, first_se), (second, second_se) = risks
        log_odds = np.log(first / (1 - first)) - np.log(second / (1 - second))
        # of risks drawn apart; those of the same patients differ by less
        return log_odds, np.hypot(
            first_se / (first * (1 - first)), second_se / (second * (1 - second))
        )
    value, error = look_up(match.estimand, match.strategy, match.reference)
    return (np.log(value), error / value) if match.measure in RATIOS else (value, error)


def main_estimands(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    """The estimates that stand in the main table.

    All that have a causal truth. Without such a truth the adjusted ones: of use, bands and regimens
    those with a published figure beside them, or all in a study without published figures; of
    interactions the product term and RERI.
    """
    if is_causal(plan.scenario):
        return table
    kinds = {analysis.name: analysis.kind for analysis in plan.study.analyses}
    published = plan.study.published
    wanted = {(f.analysis, f.level) for f in published.facts} if published else set()
    is_ratio = table["measure"] == "OR"
    places = zip(table["analysis"], table["level"], strict=True)
    beside = pd.Series([not wanted or place in wanted for place in places], index=table.index)
    interaction = table["analysis"].map(kinds).eq("interaction") & table["measure"].isin(
        ["ratio of ORs", "RERI"]
    )
    kept = (table["model"] == "adjusted") & ((is_ratio & beside) | interaction)
    return table[kept].reset_index(drop=True)
