"""Simulated patients, led through the SQL: an extract that is built and dropped."""

import tempfile
from pathlib import Path

from lncohort.cohort import Cohort, build
from lncohort.extract.extract import Extract
from lncohort.simulate.parameters import Parameters
from lncohort.simulate.write import simulate_extract
from lncohort.study import Study


def simulated_cohort(
    study: Study, patients: int, seed: int, parameters: Parameters | None = None
) -> Cohort:
    """Simulate an extract, build its cohort and drop the extract.

    Parameters
    ----------
    study : Study
        The study that the cohort is built for.
    patients, seed : int
        Of the extract.
    parameters : Parameters, optional
        The process; by default the calibrated one.
    """
    with tempfile.TemporaryDirectory(prefix="lncohort-") as folder:
        extract = Path(folder) / "extract"
        simulate_extract(patients, seed, extract, parameters)
        return build(study, Extract.open(extract), threads=1)
