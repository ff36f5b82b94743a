"""Writes docs/methods.md: each method, its source, and the published figures beside ours.

``python -m acceptance.methods_page docs/methods.md`` with tests on the path (``make docs``).
"""

import importlib
import inspect
import re
import sys
from pathlib import Path

from lncohort.reference.cases import expected_figures, figures_of
from reference_case import FOLDER

EXPECTED = expected_figures()

METHODS = {
    "Logistic regression": "logistic.fit_logistic",
    "Profile-likelihood intervals": "logistic.profile_intervals",
    "Firth's penalised logistic regression": "firth.fit_firth",
    "Trend over ordered groups": "armitage.armitage_trend",
    "Risk ratios: modified Poisson": "risk_ratio.fit_modified_poisson",
    "Risk ratios: log-binomial": "risk_ratio.fit_log_binomial",
    "Standardised risks (g-computation)": "standardise.standardised_risks",
    "Additive interaction: RERI, AP, S": "interaction.additive_interaction",
    "Bootstrap of RERI": "interaction.bootstrap_reri",
    "Strata, single reference, both scales": "analyses.interaction.interaction_rows",
    "Three drugs": "analyses.three_drugs.three_drug_rows",
    "Dose with and without another drug": "analyses.dose_interaction.dose_interaction_rows",
    "Restricted cubic splines": "spline.restricted_cubic",
    "Kaplan-Meier": "kaplan_meier.kaplan_meier",
    "Restricted mean survival time": "kaplan_meier.restricted_mean",
    "Comparison of survival curves": "kaplan_meier.compare_curves",
    "Cumulative incidence (Aalen-Johansen)": "incidence.cumulative_incidence",
    "Cox model": "cox.fit_cox",
    "Test of proportional hazards": "cox.proportional_hazards_test",
    "Concordance": "cox.concordance",
    "Fine and Gray's model": "competing.fit_fine_gray",
    "Gray's test": "competing.gray_test",
    "Propensity score": "propensity.fit_propensity",
    "Weights: ATE, ATT, overlap, stabilised": "propensity.weights",
    "Balance": "balance.balance",
    "Matching": "matching.match_nearest",
    "Weighted effects": "weighted_effect.propensity_weighted_effect",
    "Effect in matched pairs": "weighted_effect.matched_effect",
    "Doubly robust effect (AIPW)": "weighted_effect.augmented_effect",
    "Clones of two strategies": "clone_censor_weight.clones",
    "Weights of clones": "clone_censor_weight.weigh",
    "Clones: risks, mean survival and bootstrap": "strategy_contrasts.strategy_contrasts",
    "Grace period by decisions at the starts of intervals": "grace_strategies.grace_clones",
    "Discrete hazards: pooled logistic regression": "pooled_logistic.fit_pooled_logistic",
    "Standardised cumulative incidence": "cumulative_incidence.standardised_incidence",
    "Sequence of nested trials: expansion": "trial_rows.expand",
    "Sequence of nested trials: weights": "trial_weights.trial_weights",
    "Sequence of nested trials: odds ratio": "sequential_trials.sequential_trials",
    "Sequence of nested trials: risks": "trial_risks.trial_risks",
    "Marginal structural models": "marginal_structural.marginal_structural",
    "Cumulative incidence of weighted rows": "incidence.weighted_incidence",
    "Landmark analyses": "analyses.timed.landmark.landmark_rows",
    "Exposure that changes over follow-up": "analyses.timed.time_varying.time_varying_rows",
    "Made-up starts": "immortal.looking_ahead.made_up_rows",
    "Immortal time of a plain table": "immortal.side_by_side.immortal_time",
    "Active comparator, new users": "analyses.timed.active_comparator.active_comparator_rows",
    "Multiple imputation": "imputation.impute",
    "Rubin's rules": "rubin.pool_imputations",
    "Several terms after imputation, Wald": "rubin.pooled_wald",
    "Several terms after imputation, likelihood ratio": "rubin.pooled_likelihood_ratio",
    "Specification curve": "analyses.specification.specification_rows",
    "E-values": "evalue.e_values",
    "Bias analysis": "bias_analysis.probabilistic_bias_analysis",
    "Pooling over sites": "meta_analysis.pool",
    "Mantel-Haenszel": "meta_analysis.mantel_haenszel",
    "Lossless pooling: logistic": "site_sums.logistic_sums",
    "Lossless pooling: Cox": "site_sums.cox_sums",
}
REMARKS = {
    "weighting-lalonde": 'The matched set is by `match_nearest(..., side="below")`, which does as '
    "MatchIt 4.5.1 did; the default takes the nearest on either side."
}


def _r_figures() -> int:
    """How many of R's figures are kept."""
    families = [path for path in FOLDER.glob("*.csv") if "_data" not in path.stem]
    return sum(len(path.read_text("utf-8").splitlines()) - 1 for path in families)


def page() -> str:
    """The page in Markdown."""
    compared = sum(len(EXPECTED[case]) for case in EXPECTED)
    lines = [
        "# Methods",
        "",
        "Written by `make docs` from the docstrings of `src/lncohort` and from the public "
        f"cases in `tests/reference`: {compared} published figures of {len(EXPECTED)} cases are met at "
        "the tolerance that each case states, with the standard errors, limits and P values beside "
        "them. The tests work each of them out again, and fail when this page is not what they "
        f"say. Beside these, {_r_figures():,} of R's own figures stand in `tests/reference/r`, with the "
        "scripts that made them.",
        "",
        "## Methods and their sources",
        "",
        "| method | function | source |",
        "|---|---|---|",
        *(_method(name, place) for name, place in METHODS.items()),
        "",
        "## Published figures beside ours",
        "",
    ]
    for case in EXPECTED:
        lines += [f"### {case}", "", "| figure | published | lncohort |", "|---|---|---|"]
        found = figures_of(case)
        for figure, entry in EXPECTED[case].items():
            lines.append(
                f"| {figure} | {_number(entry['value'])} | {_number(found[figure]['value'])} |"
            )
        if case in REMARKS:
            lines += ["", REMARKS[case]]
        lines.append("")
    return "\n".join(lines)


def _method(name: str, place: str) -> str:
    module, function = place.rsplit(".", 1)
    module = module if module.startswith(("analyses.", "immortal.")) else f"estimate.{module}"
    made = getattr(importlib.import_module(f"lncohort.{module}"), function)
    notes = inspect.getdoc(made).split("Notes\n-----\n", 1)
    if len(notes) < 2:
        raise ValueError(f"{place} has no Notes with its source")
    source = re.split(r"\n\n[A-Z]\w+\n-+\n", notes[1])[0]
    return f"| {name} | `{module}.{function}` | {' '.join(source.split())} |"


def _number(value) -> str:
    """Six significant digits; what is nothing but rounding is 0."""
    value = float(value)
    return "0" if abs(value) < 1e-7 else f"{value:.6g}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
