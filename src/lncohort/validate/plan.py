"""What a validation is of: the study, the process, how many cohorts, of how many, from which seed."""

import hashlib
from dataclasses import dataclass

from lncohort.engine.stages import sql_files
from lncohort.installed import combined, file_hashes, sql_hashes, versions
from lncohort.study import Study

CHUNK_PATIENTS = 8000  # cohorts of together so many patients go through the SQL at once


@dataclass(frozen=True)
class Plan:
    """A validation.

    Attributes
    ----------
    study : Study
        With the analyses that are judged, and no other.
    scenario : str
        Name of the simulated process.
    cohorts, patients : int
        Number of cohorts, and of patients in each.
    seed : int
        The cohorts have the seeds ``seed``, ``seed`` + 1 and so on.
    """

    study: Study
    scenario: str
    cohorts: int
    patients: int
    seed: int

    def chunks(self) -> list[range]:
        """The seeds of the cohorts that are worked out together."""
        size = max(1, CHUNK_PATIENTS // self.patients)
        end = self.seed + self.cohorts
        return [range(first, min(first + size, end)) for first in range(self.seed, end, size)]

    def fingerprint(self) -> dict[str, str | int]:
        """All on which the result depends: two validations with the same give the same bytes."""
        study = self.study.model_dump_json(by_alias=True)
        return {
            "study": self.study.info.name,
            "study_sha256": hashlib.sha256(study.encode()).hexdigest(),
            "scenario": self.scenario,
            "cohorts": self.cohorts,
            "patients": self.patients,
            "seed": self.seed,
            "files_sha256": combined(file_hashes()),
            "sql_sha256": combined(sql_hashes(sql_files())),
            **{f"version of {name}": number for name, number in versions().items()},
        }
