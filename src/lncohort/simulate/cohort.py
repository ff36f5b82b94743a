"""Simulated patients, led through the SQL: an extract that is built and dropped."""

import tempfile
from pathlib import Path

from lncohort.cohort import Cohort, build
from lncohort.extract.extract import Extract
from lncohort.simulate.feedback.scenario import NANJING
from lncohort.simulate.parameters import Parameters
from lncohort.simulate.write import simulate_extract
from lncohort.study import Study


def simulated_cohort(
    study: Study,
    patients: int,
    seed: int,
    scenario: str = NANJING,
    parameters: Parameters | None = None,
) -> Cohort:
    """Simulate an extract, build its cohort and drop the extract.

    Parameters
    ----------
    study : Study
        The study that the cohort is built for.
    patients, seed : int
        Of the extract.
    scenario : str
        Name of a shipped scenario.
    parameters : Parameters, optional
        By default the scenario's.
    """
    with tempfile.TemporaryDirectory(prefix="lncohort-") as folder:
        extract = Path(folder) / "extract"
        simulate_extract(patients, seed, extract, scenario, parameters)
        return build(study, Extract.open(extract), threads=1)
