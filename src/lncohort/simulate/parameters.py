"""Parameters of the simulated process: what is assumed, and what the calibration found."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np

DRUGS = ("tacrolimus", "cyclophosphamide", "mycophenolate")

# A regimen is the set of drugs of the study that a patient is given, in this order.
REGIMENS = (
    "CYC alone",
    "MMF alone",
    "CYC+MMF",
    "TAC alone",
    "TAC+CYC",
    "TAC+MMF",
    "TAC+CYC+MMF",
)

# What the clinician sees on the index date; the columns of `Patients.risk`.
RISK_FACTORS = (
    "sledai_moderate",
    "sledai_severe",
    "proteinuria_moderate",
    "proteinuria_severe",
    "membranous",
    "mixed",
    "other_class",
    "egfr_per_10_above_90",
    "comorbidity",
    "age_per_10_above_35",
    "male",
)


# The parameters that the calibration is free to change.
KNOBS = (
    "log_hazard",
    "tacrolimus_choice",
    "effect_mmf",
    "effect_tac",
    "effect_tac_cyc",
    "effect_tac_mmf",
    "effect_dose_per_mg",
    "effect_duration",
)

CALIBRATION_FILE = "calibration.json"


def _weights(*values: float) -> Mapping[str, float]:
    return dict(zip(RISK_FACTORS, values, strict=True))


@dataclass(frozen=True)
class Parameters:
    """The process that makes an extract.

    The fields without a default, `KNOBS`, are found by `lncohort.simulate.calibrate`; the others are
    assumptions, chosen so that the extract looks like a hospital's. Effects are on the scale of
    the log monthly hazard of remission, `CYC alone` being 0, or of the log odds of a choice.
    """

    # --- found by the calibration
    log_hazard: float
    tacrolimus_choice: float
    effect_mmf: float
    effect_tac: float
    effect_tac_cyc: float
    effect_tac_mmf: float
    effect_dose_per_mg: float
    effect_duration: float

    # --- remission: the rest
    effect_cyc_mmf: float = -1.3
    effect_tac_cyc_mmf: float = 1.0
    prognosis: Mapping[str, float] = field(
        default_factory=lambda: _weights(
            -0.40, -0.85, -0.30, -0.80, -0.30, -0.55, 0.10, 0.06, -0.35, -0.05, -0.20
        )
    )
    unmeasured_severity: float = -0.10
    dose_reference_mg: float = 3.0
    duration_threshold_days: int = 180
    onset_months: tuple[float, ...] = (0.0, 0.0, 0.15, 0.35, 0.6, 0.85)  # then 1, and fading
    fading_per_month: float = 0.04
    relapse_per_month: float = 0.008

    # --- choice of drugs
    regimen_choice: Mapping[str, float] = field(
        default_factory=lambda: {
            "CYC alone": 0.0,
            "MMF alone": 0.25,
            "CYC+MMF": -0.55,
            "TAC alone": -0.75,
            "TAC+CYC": -0.25,
            "TAC+MMF": -0.05,
            "TAC+CYC+MMF": -1.75,
        }
    )
    tacrolimus_indication: Mapping[str, float] = field(
        default_factory=lambda: _weights(
            0.45, 0.95, 0.40, 0.95, 0.45, 0.60, 0.0, -0.03, 0.25, -0.05, -0.10
        )
    )
    cyclophosphamide_indication: Mapping[str, float] = field(
        default_factory=lambda: _weights(
            0.10, 0.35, 0.10, 0.25, -0.50, -0.10, -0.40, -0.06, 0.0, 0.12, 0.20
        )
    )
    tacrolimus_doses_mg: tuple[float, ...] = (1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6)
    tacrolimus_dose_shares: tuple[float, ...] = (
        0.12,
        0.13,
        0.18,
        0.15,
        0.18,
        0.08,
        0.04,
        0.04,
        0.05,
        0.03,
    )
    late_tacrolimus_share: float = 0.12  # added to another drug after three months
    titrated_share: float = 0.35
    dose_change_per_month: float = 0.05
    tacrolimus_months: float = 9.0
    mycophenolate_months: float = 20.0

    # --- who comes, how long, with what gaps in the record
    female_share: float = 0.90
    minor_share: float = 0.005
    outside_period_share: float = 0.006
    untreated_share: float = 0.003
    undiagnosed_share: float = 0.004
    short_lookback_share: float = 0.004
    missing_creatinine_share: float = 0.003
    prior_dialysis_share: float = 0.001
    missing_sledai_share: float = 0.03
    missing_biopsy_share: float = 0.15
    loss_per_year: float = 0.144
    death_per_year: float = 0.010
    kidney_failure_per_year: float = 0.016
    proteinuria_cv: float = 0.18
    creatinine_cv: float = 0.05
    missing_dose_share: float = 0.01
    dirty_row_share: float = 0.003
    repeated_sample_share: float = 0.01

    def regimen_effects(self) -> np.ndarray:
        """Log hazard ratio of each set of drugs started, by 1 TAC + 2 CYC + 4 MMF, shape (8,)."""
        return np.array(
            [
                0.0,
                self.effect_tac,
                0.0,
                self.effect_tac_cyc,
                self.effect_mmf,
                self.effect_tac_mmf,
                self.effect_cyc_mmf,
                self.effect_tac_cyc_mmf,
            ]
        )


@cache
def calibration() -> dict:
    """The data file of the last calibration: parameters, seeds, patients, truth."""
    text = files("lncohort.simulate").joinpath(CALIBRATION_FILE).read_text(encoding="utf-8")
    return json.loads(text)


def calibrated() -> Parameters:
    """The parameters found by the last calibration."""
    return Parameters(**calibration()["parameters"])
