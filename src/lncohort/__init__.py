"""Retrospective cohort analysis of drug exposure and renal response.

>>> import lncohort
>>> study = lncohort.load_study("nanjing")
>>> cohort = lncohort.build(study, lncohort.Extract.open("sample_data"))
>>> results = lncohort.analyse(cohort)
>>> results.estimates
"""

from importlib import import_module

_HOMES = {
    "Cohort": "lncohort.cohort",
    "Extract": "lncohort.extract.extract",
    "Results": "lncohort.results",
    "Study": "lncohort.study",
    "UserError": "lncohort.errors",
    "analyse": "lncohort.results",
    "build": "lncohort.cohort",
    "combinations": "lncohort.exposure",
    "cox": "lncohort.models",
    "dose_segments": "lncohort.exposure",
    "eras": "lncohort.exposure",
    "high_dose_windows": "lncohort.exposure",
    "immortal_time": "lncohort.immortal.side_by_side",
    "load_study": "lncohort.study",
    "logistic": "lncohort.models",
    "rejected_prescriptions": "lncohort.exposure",
    "run_study": "lncohort.run",
    "simulate_extract": "lncohort.simulate",
    "treatment_sequence": "lncohort.exposure",
    "window_exposure": "lncohort.exposure",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    """Import a public name when it is first used: the command line starts without pandas."""
    if name not in _HOMES:
        raise AttributeError(f"module 'lncohort' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
