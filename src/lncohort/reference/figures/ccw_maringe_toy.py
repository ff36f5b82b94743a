"""Clone-censor-weight with a grace period of 100 days."""

import numpy as np

from lncohort.estimate.clone_censor_weight import (
    area_under,
    bootstrap_log_hazard_ratios,
    clones,
    hazard_ratio,
    weigh,
    weighted_survival,
)
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.rows import wald
from lncohort.reference.cases import data_of

GRACE = 100


def figures() -> dict[str, dict]:
    data = data_of("ccw-maringe-toy")
    patients = data.rename(
        columns={"patient_id": "patient", "timetoevent": "time", "timetoexposure": "start"}
    )
    covariates = patients.set_index("patient")[["cov1", "cov2"]]
    copies = clones(patients, GRACE)
    weighted = weigh(copies, covariates)
    made = {
        "n": {
            "value": len(data),
            "distinct_original_id": data["id"].nunique(),
            "exposed_ever": (data["exposure"] == 1).sum(),
            "exposed_within_window": (data["timetoexposure"] <= GRACE).sum(),
            "events": data["event"].sum(),
        }
    }
    for arm, own in copies.groupby("arm"):
        made[f"clones_arm{arm}"] = {
            "value": len(own),
            "artificially_censored": own["artificially_censored"].sum(),
            "outcomes": own["event"].sum(),
            "followup": own["time"].sum(),
        }
        rows = weighted.rows[weighted.rows["arm"] == arm]
        curve, plain = weighted_survival(rows), weighted_survival(rows.assign(weight=1.0))
        for day in (100, 182, 300):
            made[f"surv_arm{arm}_t{day}"] = {
                "value": at(curve, day),
                "unweighted": at(plain, day),
            }
        made[f"rmst300_arm{arm}"] = {"value": area_under(curve, 300)}
        for name, value in weighted.censoring[arm].coefficients.items():
            made[f"censor_model_arm{arm}_{name}"] = {"value": value}
        made[f"weights_arm{arm}"] = {
            "value": rows["weight"].max(),
            "mean_at_event": rows.loc[rows["event"], "weight"].mean(),
        }
    fit, plain = hazard_ratio(weighted), hazard_ratio(weighted, with_weights=False)
    made["HR_weighted"] = {
        "value": np.exp(fit.coefficients["arm"]),
        "log_hr": fit.coefficients["arm"],
        "robust_se_cluster_patient": np.sqrt(fit.covariance.loc["arm", "arm"]),
    }
    made["HR_unweighted"] = {"value": np.exp(plain.coefficients["arm"])}
    naive = fit_cox(data[["exposure"]].astype(float), data["timetoevent"], data["event"])
    found = wald(naive.coefficients["exposure"], naive.covariance.iloc[0, 0] ** 0.5)
    made["HR_naive"] = {
        "value": found["estimate"],
        "ci_low": found["ci_low"],
        "ci_high": found["ci_high"],
    }
    logs, failed = bootstrap_log_hazard_ratios(patients, covariates, GRACE, 800, seed=1)
    low, high = np.exp(np.quantile(logs, [0.025, 0.975]))
    made["boot_se_logHR"] = {"value": logs.std(ddof=1), "p2.5": low, "p97.5": high}
    assert failed == 0
    return made


def at(curve, day) -> float:
    return float(curve.loc[curve["time"] <= day, "survival"].iloc[-1])
