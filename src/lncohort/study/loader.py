"""Reads study files."""

import tomllib
from importlib.resources import files
from pathlib import Path

from lncohort.study.model import Study


def studies() -> list[str]:
    """Names of the studies that ship with the package."""
    library = files("lncohort.study") / "library"
    return sorted(p.name[:-5] for p in library.iterdir() if p.name.endswith(".toml"))


def study_source(study: str | Path) -> tuple[str, bytes]:
    """The file name and the bytes of a study file, shipped or not."""
    if str(study) in studies():
        return f"{study}.toml", (files("lncohort.study") / "library" / f"{study}.toml").read_bytes()
    return str(study), Path(study).read_bytes()


def load_study(study: str | Path) -> Study:
    """Load a study by the name of a shipped one, or by the path of its file."""
    _, source = study_source(study)
    return Study.model_validate(tomllib.loads(source.decode()))
