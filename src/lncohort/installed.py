"""What is installed here: the versions of the packages, and the hash of every file of ours."""

import hashlib
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from lncohort.engine.stages import SqlFile

PACKAGES = (
    "lncohort",
    "duckdb",
    "lifelines",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "sqlglot",
    "statsmodels",
)
COMPILED = "__pycache__"


def versions() -> dict[str, str]:
    """Versions of Python and of the packages on which a number can depend."""
    return {name: version(name) for name in PACKAGES} | {"python": platform.python_version()}


def sql_hashes(sql: Iterable[SqlFile]) -> dict[str, str]:
    """SHA-256 of SQL files, by stage and name."""
    return {
        f"{file.stage}/{file.table}.sql": hashlib.sha256(file.text.encode()).hexdigest()
        for file in sql
    }


def package_folder() -> Path:
    """The folder in which the package is installed."""
    return Path(__file__).resolve().parent


def file_hashes() -> dict[str, str]:
    """SHA-256 of each file of the package, by its path in it."""
    package = package_folder()
    return {
        path.relative_to(package).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(package.rglob("*"))
        if path.is_file() and COMPILED not in path.parts
    }


def combined(hashes: dict[str, str]) -> str:
    """One SHA-256 of many named ones."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
