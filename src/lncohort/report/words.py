"""Names of the study's parts as the report writes them."""

from lncohort.study import Study

EXITS = {
    "death": "death",
    "kidney_failure": "kidney failure",
    "observation_end": "observation ended",
    "study_end": "study period ended",
    "follow_up_end": "end of planned follow-up",
}

GRADES = {"fail": "Serious", "warn": "Caution", "pass": "Passed"}


def finding_title(bias: str) -> str:
    """The name of a bias: ``Immortal time``."""
    return capital(bias.replace("_", " "))


def finding_anchor(bias: str) -> str:
    """Where the page tells of a bias."""
    return f"audit-{bias.replace('_', '-')}"


def capital(text: str) -> str:
    """The text with its first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def exposure_label(study: Study) -> str:
    """The label of the drug whose effect is studied: ``TAC``."""
    return study.drug(study.exposure.drug).label


def band(level: str, unit: str) -> str:
    """A band in words: ``[2,4)`` mg/day becomes ``2 to <4 mg/day``."""
    if level in ("never", "unknown"):
        return {"never": "never", "unknown": "dose unknown"}[level]
    if level.startswith("["):
        low, high = level.strip("[)").split(",")
        return f"{low} to <{high} {unit}"
    if level.startswith("("):
        low, high = level.strip("(]").split(",")
        return f">{low} to {high} {unit}"
    return f"{level} {unit}".strip()


def listed(words: list[str], joint: str = "and") -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"
