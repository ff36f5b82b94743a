"""Which estimates are judged, and against which truth."""

import pandas as pd

from lncohort.errors import UserError
from lncohort.simulate.truth import known_truth
from lncohort.study import Study
from lncohort.validate.plan import Plan

PRIMARY = ("use", "dose_band", "duration_band", "joint", "interaction")  # kinds of analyses


def judged(study: Study, names: tuple[str, ...] = ()) -> Study:
    """The study with only the analyses that are judged.

    Parameters
    ----------
    study
        The study.
    names
        Analyses to judge; by default those of use, dose, duration, regimens and interaction.

    Raises
    ------
    UserError
        When a name is not that of an analysis whose truth is known.
    """
    known = set(known_truth().index.get_level_values("analysis"))
    there = [analysis for analysis in study.analyses if analysis.name in known]
    unknown = set(names) - {analysis.name for analysis in there}
    if unknown:
        raise UserError(
            f"--analysis: no truth is known of {', '.join(sorted(unknown))}; expected some of "
            f"{', '.join(analysis.name for analysis in there)}."
        )
    kept = [a for a in there if (a.name in names if names else a.kind in PRIMARY)]
    if not kept:
        raise UserError(
            f'study "{study.info.name}": the truth of none of its analyses is known; expected one '
            "with analyses named as in the Nanjing study."
        )
    return study.model_copy(update={"analyses": tuple(kept)})


def truth_of(scenario: str) -> pd.DataFrame:
    """The truth of a scenario: columns truth and mc_se, indexed by the keys of an estimand."""
    return known_truth()


def main_estimands(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    """The adjusted estimates that stand in the main table.

    Of use, bands and regimens those with a published figure beside them, or all in a study without
    published figures; of interactions the product term and RERI.
    """
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
