"""Estimators against R's own figures, to the digits that both compute; tests/reference/r."""

from dataclasses import asdict
from functools import cache

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.competing import fit_fine_gray, gray_test
from lncohort.estimate.cox import TRANSFORMS, concordance, fit_cox, proportional_hazards_test
from lncohort.estimate.firth import fit_firth
from lncohort.estimate.incidence import cumulative_incidence
from lncohort.estimate.interaction import additive_interaction
from lncohort.estimate.kaplan_meier import (
    INTERVALS,
    compare_curves,
    kaplan_meier,
    median_survival,
    restricted_mean,
    survival_at,
)
from lncohort.estimate.logistic import fit_logistic, with_intercept
from lncohort.estimate.meta_analysis import (
    egger_test,
    mantel_haenszel,
    meta_regression,
    pool,
    tau2_interval,
)
from lncohort.estimate.rubin import logistic_likelihood_ratio, pool_imputations, pooled_wald
from reference_case import r_data, r_figures

TIES = ("efron", "breslow")
DAYS = (30, 100, 300)
WHOLE = ["trt", "karno", "diagtime", "age", "prior", "squamous", "small", "adeno"]
CELLS = ["trt", "karno", "age"]
ROWS = ["age", "year", "surgery", "transplant"]
OPERATED = ["age", "year", "transplant"]


def by_name(prefix: str, values, names=None) -> dict[str, float]:
    """Figures as the scripts write them: ``prefix/name``."""
    names = values.index if names is None else names
    return {f"{prefix}/{name}": float(v) for name, v in zip(names, values, strict=True)}


def standard_errors(covariance: pd.DataFrame) -> pd.Series:
    return pd.Series(np.sqrt(np.diag(covariance)), index=covariance.index)


def of_cox(prefix, columns, data, *, tested=False, hazard=False, **rows) -> dict[str, float]:
    fit = fit_cox(data[columns], event=rows.pop("event"), stop=rows.pop("stop"), **rows)
    made = by_name(f"{prefix}/coefficient", fit.coefficients)
    made |= by_name(f"{prefix}/se", standard_errors(fit.covariance))
    made[f"{prefix}/log_likelihood"] = fit.log_likelihood
    made[f"{prefix}/log_likelihood_null"] = fit.log_likelihood_null
    made[f"{prefix}/lr_chi2"] = fit.chi2
    if "weights" not in rows:  # R's concordance counts pairs by their weights, ours does not
        made[f"{prefix}/concordance"] = concordance(fit)
    if tested:
        for transform in TRANSFORMS:
            table = proportional_hazards_test(fit, transform)
            made |= by_name(f"{prefix}/zph/{transform}/chi2", table["chi2"])
            made |= by_name(f"{prefix}/zph/{transform}/p", table["p_value"])
    if hazard:
        names = np.unique(rows["strata"]) if "strata" in rows else ["all"]
        for stratum, own in fit.baseline_hazard().groupby("stratum"):
            reached = np.searchsorted(own["time"], DAYS, side="right")
            values = np.append(0.0, own["cumulative_hazard"])[reached]
            made |= by_name(f"{prefix}/baseline/{names[stratum]}", values, DAYS)
    return made


@cache
def cox() -> dict[str, float]:
    men, hearts = r_data("cox_veteran"), r_data("cox_heart")
    ended = {"stop": men["time"], "event": men["status"]}
    split = {"start": hearts["start"], "stop": hearts["stop"], "event": hearts["event"]}
    cells, weights, hospital = men["celltype"], men["weight"], men["hospital"]
    own, surgery, patient = np.arange(len(men)), hearts["surgery"], hearts["id"]
    all_of = {"tested": True, "hazard": True}
    made = {}
    for ties in TIES:
        for name, columns, more in (
            ("plain", WHOLE, all_of),
            ("strata", CELLS, {"strata": cells, **all_of}),
            ("weights", WHOLE, {"weights": weights, **all_of}),
            ("robust", WHOLE, {"cluster": own}),
            ("cluster", WHOLE, {"cluster": hospital}),
            ("cluster_strata", CELLS, {"cluster": hospital, "strata": cells}),
            ("cluster_weights", WHOLE, {"cluster": hospital, "weights": weights}),
        ):
            made |= of_cox(f"veteran/{name}/{ties}", columns, men, ties=ties, **ended, **more)
        for name, columns, more in (
            ("plain", ROWS, all_of),
            ("strata", OPERATED, {"strata": surgery, **all_of}),
            ("cluster", ROWS, {"cluster": patient}),
            ("cluster_strata", OPERATED, {"cluster": patient, "strata": surgery}),
        ):
            made |= of_cox(f"heart/{name}/{ties}", columns, hearts, ties=ties, **split, **more)
    return made


@cache
def curves() -> dict[str, float]:
    men, hearts = r_data("cox_veteran"), r_data("cox_heart")
    made = {}
    for arm, own in men.groupby("trt"):
        for interval in INTERVALS:
            curve = kaplan_meier(own["time"], own["status"], interval=interval)
            prefix = f"veteran/{arm}/{interval}"
            made |= of_curve(prefix, survival_at(curve, (7, 30, 60, 100, 200, 350)))
            median = median_survival(curve)
            made[f"{prefix}/median/estimate"] = median["estimate"]
            made[f"{prefix}/median/lower"] = median["ci_low"]
            made[f"{prefix}/median/upper"] = median["ci_high"]
        for horizon in (90, 180, 365):
            mean = asdict(restricted_mean(curve, horizon))
            made |= by_name(f"veteran/{arm}/rmean/{horizon}", mean.values(), mean)
    for status, own in hearts.groupby("transplant"):
        rows = {"stop": own["stop"], "event": own["event"], "start": own["start"]}
        for interval in ("log", "log-log"):
            times = np.array([10, 50, 100, 180])
            curve = kaplan_meier(**rows, interval=interval)
            found = survival_at(curve, times)
            made |= of_curve(f"heart/{status}/{interval}", found.drop(columns="at_risk"))
        mean = asdict(restricted_mean(curve, 180))
        made |= by_name(f"heart/{status}/rmean/180", mean.values(), mean)
    for group in ("trt", "celltype", "prior"):
        for rho in (0, 1):
            test = compare_curves(men["time"], men["status"], men[group], rho=rho)
            made[f"survdiff/veteran/{group}/rho{rho}/chi2"] = test["chi2"]
            made[f"survdiff/veteran/{group}/rho{rho}/p"] = test["p_value"]
    for group, strata in (("trt", "celltype"), ("celltype", "trt")):
        for rho in (0, 1):
            test = compare_curves(men["time"], men["status"], men[group], rho, men[strata])
            made[f"survdiff/veteran/{group}_by_{strata}/rho{rho}/chi2"] = test["chi2"]
            made[f"survdiff/veteran/{group}_by_{strata}/rho{rho}/p"] = test["p_value"]
    return made


def of_curve(prefix: str, found: pd.DataFrame) -> dict[str, float]:
    parts = {
        "surv": "survival",
        "std.err": "se",
        "lower": "ci_low",
        "upper": "ci_high",
        "n.risk": "at_risk",
    }
    made = {}
    for name, column in parts.items():
        if column not in found:  # survival_at counts those at risk without late entries only
            continue
        made |= by_name(f"{prefix}/{name}", found[column], (f"{t:g}" for t in found["time"]))
    return made


@cache
def firth() -> dict[str, float]:
    data = r_data("firth")
    fit = fit_firth(with_intercept(data[["NV", "PI", "EH"]].astype(float)), data["HG"])
    made = by_name("coefficient", fit.coefficients)
    made |= by_name("se", standard_errors(fit.covariance))
    for name, column in (("low", "ci_low"), ("high", "ci_high"), ("p", "p_value")):
        made |= by_name(f"profile/{name}", fit.intervals[column])
    return made | {"chi2": fit.chi2}


@cache
def competing() -> dict[str, float]:
    data = r_data("competing")
    months, event = data["months"].to_numpy(), data["event"].to_numpy()
    made = {}
    for cause in (1, 2):
        columns = data[["age", "male", "hgb", "mspike"]].astype(float)
        fit = fit_fine_gray(columns, months, event, cause)
        made |= by_name(f"crr/{cause}/coefficient", fit.coefficients)
        made |= by_name(f"crr/{cause}/se", standard_errors(fit.covariance))
        made[f"crr/{cause}/log_likelihood"] = fit.log_likelihood
        made[f"crr/{cause}/log_likelihood_null"] = fit.log_likelihood_null
        fit = fit_fine_gray(columns, months, event, cause, censoring_group=data["band"])
        made |= by_name(f"cengroup/{cause}/coefficient", fit.coefficients)
        made[f"cengroup/{cause}/log_likelihood"] = fit.log_likelihood
        for by, group in (("stratum", data["band"]), ("all", None)):
            fit = fit_fine_gray(
                columns[["male", "hgb", "mspike"]],
                months + data["id"].to_numpy() / 1e4,
                event,
                cause,
                strata=data["band"],
                censoring_group=group,
            )
            made |= by_name(f"strata/{by}/{cause}/coefficient", fit.coefficients)
        for group in ("male", "band"):
            test = gray_test(months, event, data[group], cause)
            made |= by_name(f"gray/{group}/{cause}", test.values(), ("chi2", "df", "p"))
        for male, own in data.groupby("male"):
            at = np.array([24, 60, 120, 180])
            found = cumulative_incidence(
                own["months"].to_numpy(), own["event"].to_numpy(), cause, at
            )
            for part in ("estimate", "se"):
                made |= by_name(f"incidence/{male}/{cause}/{part}", found[part], at)
    return made


@cache
def meta() -> dict[str, float]:
    data = r_data("meta")
    trials = data["log_rr"], np.sqrt(data["variance"])
    parts = ("estimate", "se", "ci_low", "ci_high", "p_value", "tau2", "i2", "h2", "q", "q_p_value")
    predicted = ("prediction_low", "prediction_high")
    made = {}
    for method in ("EE", "DL", "REML", "PM"):
        for test in ("z",) if method == "EE" else ("z", "knha"):
            found = asdict(pool(*trials, method=method, hartung_knapp=test == "knha"))
            names = parts if method == "EE" else parts + predicted
            made |= by_name(f"{method}/{test}", (found[name] for name in names), names)
    limits = tau2_interval(*trials)
    made |= by_name("q_profile", limits.values(), limits)
    fit = meta_regression(*trials, data["ablat"])
    for name in ("coefficient", "error", "p_value"):
        values = getattr(fit, f"{name}s")
        of = {"coefficient": "coefficient", "error": "se", "p_value": "p"}[name]
        made |= by_name(f"regression/{of}", values, ("intercept", "ablat"))
    made |= {"regression/tau2": fit.tau2, "regression/r2": fit.r2}
    egger = egger_test(*trials)
    made |= {"egger/t": egger["t"], "egger/p_value": egger["p_value"]}
    tables = data[["tpos", "tneg", "cpos", "cneg"]].to_numpy().reshape(-1, 2, 2)
    for measure in ("OR", "RR"):
        pooled = mantel_haenszel(tables, measure)
        made[f"mantel_haenszel/{measure}/log_ratio"] = pooled.log_ratio
        made[f"mantel_haenszel/{measure}/se"] = pooled.se
    tests = mantel_haenszel(tables)
    for name in ("chi2", "chi2_corrected", "breslow_day", "tarone"):
        made |= by_name(f"mantel_haenszel/OR/{name}", getattr(tests, name), ("value", "p"))
    return made


@cache
def interaction() -> dict[str, float]:
    data = r_data("interaction")
    alcohol, tobacco = data["alcohol"] == 1, data["tobacco"] == 1
    cells = pd.DataFrame(
        {
            "only_alcohol": alcohol & ~tobacco,
            "only_tobacco": ~alcohol & tobacco,
            "both": alcohol & tobacco,
        }
    ).astype(float)
    ages = pd.get_dummies(data["age"], drop_first=True, dtype=float)
    counts = np.concatenate([data["cases"], data["controls"]])
    outcome = np.repeat([1.0, 0.0], len(data))
    names = list(cells.columns)
    made = {}
    for prefix, parts in (("alone", [cells]), ("adjusted", [cells, ages])):
        design = with_intercept(*parts)
        twice = pd.concat([design, design], ignore_index=True)
        fit = fit_logistic(twice, outcome, weights=counts)
        own = fit.covariance.loc[names, names]
        made |= by_name(f"{prefix}/coefficient", fit.coefficients[names])
        for j, right in enumerate(names):
            for left in names[: j + 1]:
                made[f"{prefix}/covariance/{left}/{right}"] = own.loc[left, right]
        for row in additive_interaction(fit.coefficients[names].to_numpy(), own.to_numpy()):
            if row["method"].startswith("delta"):
                limits = ("estimate", "ci_low", "ci_high")
                of = (row[name] for name in limits)
                made |= by_name(f"{prefix}/{row['measure']}", of, limits)
    return made


@cache
def imputation() -> dict[str, float]:
    data = r_data("imputation")
    columns = ["ozone", "solar", "wind"]
    fits = [
        fit_logistic(with_intercept(own[columns].astype(float)), own["hot"])
        for _, own in data.groupby("set")
    ]
    complete = (data["set"] == 1).sum() - len(columns) - 1
    made = {}
    for m in (3, 4):
        for name, df in (("complete", complete), ("infinite", np.inf)):
            for term in fits[0].coefficients.index:
                values = [fit.coefficients[term] for fit in fits[:m]]
                variances = [fit.covariance.loc[term, term] for fit in fits[:m]]
                pooled = pool_imputations(values, variances, complete_df=df)
                for part, value in asdict(pooled).items():
                    made[f"{m}/{name}/{part}/{term}"] = value
    tested = ["ozone", "solar"]
    designs = [with_intercept(own[columns].astype(float)) for _, own in data.groupby("set")]
    outcomes = [own["hot"] for _, own in data.groupby("set")]
    within = [
        fit_logistic(x.drop(columns=tested), y) for x, y in zip(designs, outcomes, strict=True)
    ]
    for m in (3, 4):
        of_tested = [fit.coefficients[tested] for fit in fits[:m]]
        covariances = [fit.covariance.loc[tested, tested] for fit in fits[:m]]
        for name, df in (("complete", complete), ("infinite", np.inf)):
            if name == "infinite" or len(tested) * (m - 1) > 4:
                found = pooled_wald(of_tested, covariances, complete_df=df)
                made |= {f"{m}/{name}/D1/{part}": value for part, value in found.items()}
        found = logistic_likelihood_ratio(fits[:m], within[:m], outcomes[:m])
        made |= {f"{m}/D3/{part}": value for part, value in found.items()}
    return made


FAMILIES = {
    family.__name__: family
    for family in (cox, curves, firth, competing, meta, interaction, imputation)
}

RELATIVE = 1e-9  # R's figures have 12 digits; limits of profiles are roots, on both sides
CMPRSK_P = 1e-15  # cmprsk takes P as one less the distribution: nothing below this is left of it


@pytest.mark.parametrize(
    ("family", "part"),
    sorted({(name, figure.rpartition("/")[0]) for name in FAMILIES for figure in r_figures(name)}),
)
def test_figures_are_those_of_r(family, part):
    expected = {k: v for k, v in r_figures(family).items() if k.rpartition("/")[0] == part}
    found = {k: v for k, v in FAMILIES[family]().items() if k.rpartition("/")[0] == part}
    least = CMPRSK_P if part.startswith("gray/") else 0
    assert found == pytest.approx(expected, rel=RELATIVE, abs=least, nan_ok=True)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_figure_of_r_is_compared(family):
    assert FAMILIES[family]().keys() == r_figures(family).keys()
