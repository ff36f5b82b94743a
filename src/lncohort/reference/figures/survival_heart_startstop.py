"""Heart transplants as start-stop rows."""

import pandas as pd

from lncohort.estimate.cox import concordance, fit_cox
from lncohort.reference.cases import data_of
from lncohort.reference.figures import hazard_ratios

NAMES = {"transplant1": "transplant"}


def figures() -> dict[str, dict]:
    data = data_of("survival-heart-startstop").astype({"transplant": float, "surgery": float})
    rows = {"stop": data["stop"], "event": data["event"], "start": data["start"]}
    crossed = pd.DataFrame(
        {
            "age": data["age"],
            "surgery": data["surgery"],
            "transplant": data["transplant"],
            "age:transplant1": data["age"] * data["transplant"],
            "surgery:transplant1": data["surgery"] * data["transplant"],
        }
    )
    made = {}
    for prefix, covariates in (
        ("td_cox", data[["transplant"]]),
        ("crowleyhu_cox", crossed),
        ("kp_cox", data[["age", "year", "surgery", "transplant"]]),
    ):
        fit = fit_cox(covariates, **rows)
        names = {f"{c}1" if c == "transplant" else c: c for c in covariates.columns}
        made |= hazard_ratios(prefix, fit, names)
        made[f"{prefix}_LR_chi2"] = {"value": fit.chi2, "df": covariates.shape[1]}
        made[f"{prefix}_concordance"] = {"value": concordance(fit)}
    breslow = fit_cox(data[["age", "year", "surgery", "transplant"]], **rows, ties="breslow")
    plain = {name: name for name in ("age", "year", "surgery")}
    made |= hazard_ratios("kp_breslow", breslow, plain | NAMES)
    for status in (0, 1):
        own = data[data["transplant"] == status]
        made[f"persondays_transplant{status}"] = {
            "value": (own["stop"] - own["start"]).sum(),
            "events": own["event"].sum(),
        }
    return made
