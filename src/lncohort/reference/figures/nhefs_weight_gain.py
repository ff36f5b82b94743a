"""Quitting smoking and weight gain: the worked example of Hernán and Robins, ch. 11 to 15."""

import numpy as np
import pandas as pd
import statsmodels.api as sm

from lncohort.estimate.balance import balance
from lncohort.estimate.propensity import density_weights, fit_propensity, weights
from lncohort.estimate.weighted_effect import weighted_effect
from lncohort.reference.cases import data_of
from lncohort.reference.figures import coefficient, ratio


def confounders(data: pd.DataFrame) -> pd.DataFrame:
    """The covariates of the example: squares of the numbers, indicators of the categories."""
    made = data[["sex", "race"]].astype(float)
    for name in ("age", "smokeintensity", "smokeyrs", "wt71"):
        made[name] = data[name].astype(float)
        made[f"{name}^2"] = made[name] ** 2
    for name in ("education", "exercise", "active"):
        made = made.join(pd.get_dummies(data[name], prefix=name, drop_first=True, dtype=float))
    return made


def of_effect(effect) -> dict:
    low, high = effect.interval
    return {"value": effect.difference, "se": effect.se, "ci_low": low, "ci_high": high}


def of_weights(made) -> dict:
    return {"value": np.mean(made), "min": np.min(made), "max": np.max(made)}


def of_fit(fit, contrast) -> dict:
    """A contrast of a linear model with its error."""
    vector = np.asarray(contrast, dtype=float)
    se = float(np.sqrt(vector @ np.asarray(fit.cov_params()) @ vector))
    return coefficient(float(vector @ np.asarray(fit.params)), se)


def figures() -> dict[str, dict]:
    everyone = data_of("nhefs-weight-gain")
    data = everyone.dropna(subset=["wt82_71"])
    quit_, gain = data["qsmk"] == 1, data["wt82_71"]
    covariates = confounders(data)
    score = fit_propensity(covariates, quit_)
    plain, stabilised = weights(score), weights(score, stabilised=True)
    crude = coefficient(*of_means(gain[quit_], gain[~quit_]))
    made = {
        "n_complete": {"value": len(data), "quitters": quit_.sum(), "n_all": len(everyone)},
        "crude_diff": crude
        | {"mean_quit": gain[quit_].mean(), "mean_nonquit": gain[~quit_].mean()},
        "ps_loglik": {
            "value": score.fit.log_likelihood,
            "min_ps": score.score.min(),
            "max_ps": score.score.max(),
        },
        "ipw_weights": of_weights(plain) | {"sum": plain.sum()},
        "stabilised_weights": of_weights(stabilised),
        "ipw_effect": of_effect(weighted_effect(gain, quit_, plain)),
        "sw_effect": of_effect(weighted_effect(gain, quit_, stabilised)),
    }
    shown = data[["age", "wt71", "smokeintensity", "smokeyrs"]]
    for row in balance(shown, quit_, plain).itertuples():
        made[f"smd_{row.Index}"] = {"value": row.smd, "smd_weighted": row.smd_weighted}
    made |= outcome_models(data, covariates, score)
    by_sex = fit_propensity(data[["sex"]], quit_)
    within_sex = weights(score, numerator=by_sex)
    crossed = sm.add_constant(
        pd.DataFrame({"q": quit_ * 1.0, "sex": data["sex"], "qs": quit_ * data["sex"]})
    )
    fit = sm.WLS(gain, crossed, weights=within_sex).fit(cov_type="HC0")
    made["msm_interaction_sex"] = of_fit(fit, [0, 0, 0, 1])
    made["msm_effect_men"] = of_fit(fit, [0, 1, 0, 0])
    death = weighted_effect(data["death"], quit_, stabilised)
    made["msm_death_or"] = ratio(np.log(death.odds_ratio), death.se_log_odds)
    made |= with_censoring(everyone) | with_dose(data)
    return made


def of_means(one, other) -> tuple[float, float]:
    """Difference of two means, with the pooled variance of a linear model."""
    fit = sm.OLS(
        np.concatenate([one, other]),
        sm.add_constant(np.repeat([1.0, 0.0], [len(one), len(other)])),
    ).fit()
    return fit.params[1], fit.bse[1]


def outcome_models(data, covariates, score) -> dict[str, dict]:
    """Regression of the outcome: without products, with one, and on the score."""
    quit_, gain = (data["qsmk"] == 1).astype(float), data["wt82_71"]
    design = sm.add_constant(covariates.assign(qsmk=quit_))
    fit = sm.OLS(gain, design).fit()
    product = design.assign(product=quit_ * data["smokeintensity"])
    with_product = sm.OLS(gain, product).fit()
    means = [
        with_product.predict(
            product.assign(qsmk=level, product=level * data["smokeintensity"])
        ).mean()
        for level in (1.0, 0.0)
    ]
    on_score = sm.OLS(gain, sm.add_constant(pd.DataFrame({"q": quit_, "e": score.score}))).fit()
    made = {
        "outcome_regression_no_product": coefficient(fit.params["qsmk"], fit.bse["qsmk"]),
        "standardised_effect": {
            "value": means[0] - means[1],
            "mean1": means[0],
            "mean0": means[1],
        },
        "ps_covariate_effect": {"value": on_score.params["q"]},
    }
    for cigarettes in (5, 40):
        contrast = (product.columns == "qsmk") + cigarettes * (product.columns == "product")
        made[f"outcome_regression_cig{cigarettes}"] = of_fit(with_product, contrast)
    return made


def with_censoring(everyone) -> dict[str, dict]:
    """Weights of treatment times weights of having the outcome measured."""
    quit_, seen = everyone["qsmk"] == 1, everyone["wt82_71"].notna()
    covariates = confounders(everyone)
    treatment = weights(fit_propensity(covariates, quit_), stabilised=True)
    measured = fit_propensity(covariates.assign(qsmk=quit_ * 1.0), seen).score
    given_treatment = fit_propensity((quit_ * 1.0).to_frame(), seen).score
    both = (treatment * given_treatment / measured)[seen]
    effect = weighted_effect(everyone.loc[seen, "wt82_71"], quit_[seen], both)
    figures = of_weights(both)
    return {
        "ipw_censoring_effect": of_effect(effect)
        | {
            "mean_w": figures["value"],
            "min_w": figures["min"],
            "max_w": figures["max"],
            "n": len(both),
        }
    }


def with_dose(data) -> dict[str, dict]:
    """A continuous exposure: the change in cigarettes a day of those who smoked up to 25."""
    light = data[data["smokeintensity"] <= 25]
    dose = light["smkintensity82_71"].astype(float)
    weight = density_weights(dose, confounders(light))
    design = sm.add_constant(pd.DataFrame({"dose": dose, "dose2": dose**2}))
    fit = sm.WLS(light["wt82_71"], design, weights=weight).fit(cov_type="HC0")
    made = {"msm_dose_weights": of_weights(weight)}
    for change in (0, 20):
        made[f"msm_dose_{change}"] = of_fit(fit, [1, change, change**2]) | {"n": len(light)}
    return made
