"""Made-up analysis sets with a known logistic truth."""

import numpy as np
import pandas as pd
from scipy.special import expit

REGIMENS = {
    "CYC alone": (0, 1, 0),
    "MMF alone": (0, 0, 1),
    "CYC+MMF": (0, 1, 1),
    "TAC alone": (1, 0, 0),
    "TAC+CYC": (1, 1, 0),
    "TAC+MMF": (1, 0, 1),
    "TAC+CYC+MMF": (1, 1, 1),
}
DRUGS = ("tacrolimus", "cyclophosphamide", "mycophenolate")


def category(values, levels):
    return pd.Categorical(values, categories=[*levels, "not recorded"], ordered=True)


def made_patients(size: int, seed: int, log_odds_ratio: float = 1.0) -> pd.DataFrame:
    """An analysis set in which tacrolimus goes to the severe and multiplies the odds.

    Severity by SLEDAI lowers the odds and raises use, so that the crude odds ratio is too low.
    """
    rng = np.random.default_rng(seed)
    severity = rng.integers(0, 3, size)
    exposed = rng.random(size) < expit(-1.6 + 0.9 * severity)
    regimens = np.array(list(REGIMENS))
    regimen = np.where(exposed, rng.choice(regimens[3:], size), rng.choice(regimens[:3], size))
    response = rng.random(size) < expit(-0.2 - 0.9 * severity + log_odds_ratio * exposed)
    days = np.where(exposed, rng.integers(1, 500, size), 0)
    dose = np.where(exposed, rng.uniform(0.5, 6, size), np.nan)
    time_days = np.where(response, rng.integers(84, 730, size), 730)
    bands = np.select([dose < 2, dose < 4, dose >= 4], ["<2", "[2,4)", "≥4"], "never")
    durations = np.select(
        [days == 0, days <= 90, days <= 180], ["never", "≤90", "(90,180]"], ">180"
    )
    sledai = np.array(["mild (≤6)", "moderate (7–12)", "severe (>12)"])
    proteinuria = np.array(["mild (<1)", "moderate (1–3.5)", "severe (≥3.5)"])
    classes = np.array(["proliferative", "membranous", "mixed", "other"])
    used = np.array([REGIMENS[name] for name in regimen], dtype=bool)
    columns = {
        "patient_id": [f"m{i:06d}" for i in range(size)],
        "exit_reason": "follow_up_end",
        "assessed": True,
        "response": response,
        "event": response.astype("int8"),
        "time_days": time_days,
        "window_days": time_days,
        "exposed": exposed,
        "use": pd.Categorical(np.where(exposed, "ever", "never"), ["never", "ever"]),
        "dose_band": pd.Categorical(bands, ["never", "<2", "[2,4)", "≥4", "unknown"], ordered=True),
        "duration_band": pd.Categorical(
            durations, ["never", "≤90", "(90,180]", ">180"], ordered=True
        ),
        "regimen": pd.Categorical(regimen, list(REGIMENS), ordered=True),
        "age": rng.normal(35, 10, size),
        "sex": category(np.where(rng.random(size) < 0.1, "male", "female"), ["female", "male"]),
        "sledai": category(sledai[severity], sledai),
        "proteinuria": category(rng.choice(proteinuria, size), proteinuria),
        "egfr": rng.normal(95, 20, size),
        "albumin": rng.normal(31, 4, size),
        "class": category(rng.choice(classes, size), classes),
        "comorbidity": category(np.where(rng.random(size) < 0.4, "yes", "no"), ["no", "yes"]),
    }
    for i, drug in enumerate(DRUGS):
        columns[f"{drug}_use"] = used[:, i]
        columns[f"{drug}_first_day"] = pd.array(np.where(used[:, i], 0, -1), dtype="Int64")
        for kind in ("covered", "known_dose", "unknown_dose"):
            given = days if kind != "unknown_dose" else np.zeros(size, dtype=int)
            columns[f"{drug}_{kind}_days"] = np.where(used[:, i], given, 0)
        columns[f"{drug}_mean_daily_dose_mg"] = np.where(used[:, i], dose, np.nan)
    for pair in ("TAC+CYC", "TAC+MMF", "CYC+MMF"):
        columns[f"overlap_days {pair}"] = 0
    return pd.DataFrame(columns)
