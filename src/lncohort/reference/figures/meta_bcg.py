"""Meta-analysis of BCG vaccination."""

import numpy as np

from lncohort.estimate.meta_analysis import (
    egger_test,
    mantel_haenszel,
    meta_regression,
    pool,
    tau2_interval,
)
from lncohort.estimate.rows import Z
from lncohort.reference.cases import data_of


def figures() -> dict[str, dict]:
    data = data_of("meta-bcg")
    a, b, c, d = (data[name].to_numpy(float) for name in ("tpos", "tneg", "cpos", "cneg"))
    effects = {
        "logRR": (np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)),
        "logOR": (np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d),
    }
    made = {
        f"study{i}_logRR": {"value": value, "var": variance}
        for i, (value, variance) in enumerate(zip(*effects["logRR"], strict=True), start=1)
    }
    for name, (value, variance) in effects.items():
        errors = np.sqrt(variance)
        for method in ("EE", "DL", "REML", "PM"):
            made[f"{name}_{method}"] = of_pooled(pool(value, errors, method))
            if method != "EE":
                wald = pool(value, errors, method)
                made[f"{name}_{method}_HK"] = of_pooled(pool(value, errors, method, True)) | {
                    "pi_low_wald": wald.prediction_low,
                    "pi_high_wald": wald.prediction_high,
                }
        interval = tau2_interval(value, errors)
        made[f"{name}_tau2_ci_Qprofile"] = {
            "value": interval["estimate"],
            "ci_low": interval["ci_low"],
            "ci_high": interval["ci_high"],
            "I2_low": interval["i2_low"],
            "I2_high": interval["i2_high"],
        }
    tables = np.stack([np.stack([a, b], axis=1), np.stack([c, d], axis=1)], axis=1)
    ratio = mantel_haenszel(tables, "RR")
    made["MH_RR"] = of_ratio(ratio)
    odds = mantel_haenszel(tables, "OR")
    made["MH_OR"] = of_ratio(odds)
    for name, test in (
        ("CMH", odds.chi2_corrected),
        ("BD", odds.breslow_day),
        ("TA", odds.tarone),
    ):
        chi2 = "CMH_chi2" if name == "CMH" else name
        made["MH_OR"] |= {chi2: test[0], f"{name}_p": test[1]}
    value, variance = effects["logRR"]
    regressed = meta_regression(value, np.sqrt(variance), data["ablat"])
    made["metareg_ablat"] = {
        "value": regressed.coefficients[1],
        "se": regressed.errors[1],
        "p": regressed.p_values[1],
        "tau2": regressed.tau2,
        "R2": regressed.r2,
    }
    egger = egger_test(value, np.sqrt(variance))
    made["egger_t"] = {"value": egger["t"], "p": egger["p_value"]}
    return made


def of_pooled(found) -> dict:
    return {
        "value": found.estimate,
        "se": found.se,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "p": found.p_value,
        "df": found.df,
        "tau2": found.tau2,
        "I2": found.i2,
        "H2": found.h2,
        "Q": found.q,
        "Q_p": found.q_p_value,
        "pi_low": found.prediction_low,
        "pi_high": found.prediction_high,
    }


def of_ratio(found) -> dict:
    return {
        "value": found.log_ratio,
        "se": found.se,
        "ci_low": found.log_ratio - Z * found.se,
        "ci_high": found.log_ratio + Z * found.se,
    }
