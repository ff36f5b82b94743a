"""What is known of a patient: the risk factors, with proteinuria and creatinine as last measured."""

from collections.abc import Mapping

import numpy as np

from lncohort.simulate.parameters import RISK_FACTORS
from lncohort.simulate.patients import Patients, ckd_epi_2021

_MODERATE, _SEVERE, _EGFR = (
    RISK_FACTORS.index(name)
    for name in ("proteinuria_moderate", "proteinuria_severe", "egfr_per_10_above_90")
)


class Known:
    """The record of n patients as it can be read on a day.

    Attributes
    ----------
    proteinuria, creatinine : ndarray
        As last measured, g/24 h and µmol/L.
    """

    def __init__(self, patients: Patients):
        self.proteinuria = patients.proteinuria.copy()
        self.creatinine = patients.creatinine.copy()
        self._baseline_creatinine = patients.creatinine
        self._age = (patients.index - patients.birth) / 365.25
        self._female = patients.female
        self._risk = patients.risk.copy()

    def measure(self, day: np.ndarray, proteinuria: np.ndarray, creatinine: np.ndarray) -> None:
        """Take note of new results; where one is NaN, the last one stands."""
        self.proteinuria = np.where(np.isnan(proteinuria), self.proteinuria, proteinuria)
        self._risk[:, _MODERATE] = (self.proteinuria >= 1) & (self.proteinuria < 3.5)
        self._risk[:, _SEVERE] = self.proteinuria >= 3.5
        new = np.flatnonzero(~np.isnan(creatinine))
        self.creatinine[new] = creatinine[new]
        age = self._age[new] + day[new] / 365.25
        egfr = ckd_epi_2021(creatinine[new], age, self._female[new])
        self._risk[new, _EGFR] = (egfr - 90) / 10

    def weighed(self, weights: Mapping[str, float]) -> np.ndarray:
        """Sum of the risk factors, each times its weight."""
        return self._risk @ np.array([weights[name] for name in RISK_FACTORS])

    @property
    def log_proteinuria(self) -> np.ndarray:
        """Logarithm of the last measured proteinuria over 2 g/24 h."""
        return np.log(self.proteinuria / 2)

    @property
    def creatinine_risen(self) -> np.ndarray:
        """Whether creatinine was last measured 30 % above baseline or more."""
        return self.creatinine >= 1.3 * self._baseline_creatinine
