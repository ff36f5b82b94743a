"""What an extract must meet before a run."""

from pathlib import Path


def contract_errors(folder: Path) -> list[str]:
    """Every way in which a folder does not meet the data contract."""
    return []
