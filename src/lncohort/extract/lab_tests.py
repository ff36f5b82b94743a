"""The laboratory tests: their units, and what else they may be reported in.

The factors are those of the clinical definitions; a ratio to creatinine by moles is converted by
its unit alone (1 g/mol = 1 mg/mmol), and a count per field of view is none per volume.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class LabTest:
    """The unit of a laboratory test, and what else it may be reported in.

    Attributes
    ----------
    unit : str
        Of every value that the analyses see.
    max_value : float
        The largest value a laboratory can report, in that unit.
    usual : (float, float)
        Between which the median of many patients lies, whatever their illness.
    others : dict of str to float
        Other units, with the number by which their values are multiplied.
    """

    unit: str
    max_value: float
    usual: tuple[float, float]
    others: dict[str, float]

    @property
    def factors(self) -> dict[str, float]:
        """Every unit with its factor."""
        return {self.unit: 1.0} | self.others

    @property
    def others_in_words(self) -> str:
        """The other units, each with what its values are multiplied or divided by."""
        told = []
        for unit, factor in self.others.items():
            times, parts = f"× {factor:.10g}", f"÷ {1 / factor:.10g}"
            by = "" if factor == 1 else f" ({min(times, parts, key=len)})"
            told.append(f"{unit}{by}")
        return ", ".join(told)


GRAMS_A_LITRE = {"g/dL": 10.0}
GRAMS_OF_MILLIGRAMS = {"mg/dL": 0.01, "mg/L": 0.001}
BILLIONS_A_LITRE = {
    "G/L": 1.0,
    "10*9/L": 1.0,
    "10^3/uL": 1.0,
    "10*3/uL": 1.0,
    "K/uL": 1.0,
    "/uL": 0.001,
}
LAB_TESTS = {
    "serum_creatinine": LabTest("umol/L", 3000, (30, 1000), {"mg/dL": 88.4}),
    "egfr": LabTest("mL/min/1.73m2", 250, (5, 150), {"mL/min/1.73m^2": 1.0}),
    "urine_protein_24h": LabTest(
        "g/24h",
        60,
        (0.03, 20),
        # a mass alone is that of the 24 hours
        {"g/d": 1.0, "g/day": 1.0, "g": 1.0}
        | {"mg/24h": 0.001, "mg/d": 0.001, "mg/day": 0.001, "mg": 0.001},
    ),
    "urine_protein_creatinine_ratio": LabTest(
        "g/g",
        60,
        (0.03, 20),
        {"mg/mg": 1.0, "mg/g": 0.001, "mg/mmol": 0.00884, "g/mol": 0.00884},
    ),
    "urine_albumin_creatinine_ratio": LabTest(
        "mg/g",
        40_000,
        (1, 15_000),
        {"ug/mg": 1.0, "g/g": 1000.0, "mg/mg": 1000.0, "mg/mmol": 8.84, "g/mol": 8.84},
    ),
    "urine_rbc": LabTest("/HPF", 10_000, (0, 1000), {}),
    "serum_albumin": LabTest("g/L", 80, (10, 60), GRAMS_A_LITRE),
    "complement_c3": LabTest("g/L", 10, (0.1, 3), GRAMS_OF_MILLIGRAMS),
    "complement_c4": LabTest("g/L", 5, (0.02, 1), GRAMS_OF_MILLIGRAMS),
    "anti_dsdna": LabTest("IU/mL", 100_000, (0, 5000), {"kIU/L": 1.0}),
    "haemoglobin": LabTest("g/L", 300, (50, 200), GRAMS_A_LITRE),
    "white_cell_count": LabTest("10^9/L", 500, (1, 50), BILLIONS_A_LITRE),
    "platelet_count": LabTest("10^9/L", 5000, (20, 800), BILLIONS_A_LITRE),
    "potassium": LabTest("mmol/L", 15, (2, 8), {"mEq/L": 1.0}),
    "glucose": LabTest("mmol/L", 100, (2, 30), {"mg/dL": 1 / 18.016}),
    "tacrolimus_trough": LabTest("ng/mL", 300, (0.5, 40), {"ug/L": 1.0}),
}
