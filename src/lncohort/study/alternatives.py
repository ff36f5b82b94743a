"""The studies that the same file would be with other choices."""

from dataclasses import dataclass
from itertools import product

from lncohort.study.model import Analysis, Study

ALL = "all covariates"


@dataclass(frozen=True)
class Alternative:
    """One combination of choices.

    Attributes
    ----------
    choices : dict of str to str
        What was chosen, by key of the study file, in words.
    study : Study
        The study with these choices.
    is_own : bool
        Whether all of them are the study's own.
    """

    choices: dict[str, str]
    study: Study
    is_own: bool


def alternatives(study: Study, analysis: Analysis) -> list[Alternative]:
    """Every combination of the study's own choices and the others of a specification curve.

    Returns
    -------
    list of Alternative
        The study as it is comes first.
    """
    others = analysis.alternatives
    drug = study.drug(study.exposure.drug)
    own = {
        "grace_days": drug.grace_days,
        "overlap": drug.overlap,
        "until": study.exposure.until,
        "landmark_day": study.exposure.landmark_day,
        "not_assessed": study.outcome.not_assessed,
        "without": None,
    }
    choices = {
        key: [value, *(other for other in getattr(others, key) if other != value)]
        for key, value in own.items()
        if getattr(others, key)
    }
    return [
        Alternative(
            choices={
                key: _in_words(key, value) for key, value in zip(choices, values, strict=True)
            },
            study=_changed(study, dict(zip(choices, values, strict=True))),
            is_own=all(own[key] == value for key, value in zip(choices, values, strict=True)),
        )
        for values in product(*choices.values())
    ]


def _in_words(key: str, value) -> str:
    if key == "landmark_day":
        return "none" if value is None else f"day {value}"
    if key == "without":
        return ALL if value is None else f"without {value}"
    return str(value).replace("_", " ")


def _changed(study: Study, values: dict) -> Study:
    """The study with other values; a key that is not given stays."""
    of_drugs = {key: values[key] for key in ("grace_days", "overlap") if key in values}
    of_exposure = {key: values[key] for key in ("until", "landmark_day") if key in values}
    of_outcome = {key: values[key] for key in ("not_assessed",) if key in values}
    if of_drugs.get("overlap", "stockpile") != "stockpile":
        of_drugs["stockpile_carry"] = "days"
    return study.model_copy(
        update={
            "drugs": tuple(drug.model_copy(update=of_drugs) for drug in study.drugs),
            "exposure": study.exposure.model_copy(update=of_exposure),
            "outcome": study.outcome.model_copy(update=of_outcome),
            "covariates": tuple(
                covariate.model_copy(update={"adjust": False})
                if covariate.name == values.get("without")
                else covariate
                for covariate in study.covariates
            ),
        }
    )
