"""Made-up results, whole or with one thing changed."""

from dataclasses import replace

import pytest

from lncohort.report import write_report
from lncohort.report.figures import pictures
from lncohort.report.suppress import suppress
from lncohort.study import load_study
from lncohort.study.model import Analysis
from report.made_up import made_up_results


@pytest.fixture(scope="session")
def study():
    nanjing = load_study("nanjing")
    controls = Analysis(
        name="controls", kind="negative_control", diagnoses=["fracture"], exposures=["ibuprofen"]
    )
    return nanjing.model_copy(update={"analyses": (*nanjing.analyses, controls)})


@pytest.fixture(scope="session")
def results(study):
    return made_up_results(study)


@pytest.fixture(scope="session")
def drawn(results):
    """The figures of the made-up results."""
    return pictures(suppress(results))


@pytest.fixture(scope="session")
def report_folder(results, tmp_path_factory):
    """The made-up results, written."""
    folder = tmp_path_factory.mktemp("report")
    write_report(results, folder)
    return folder


@pytest.fixture
def changed(results):
    """Make results whose rows with the wanted values have other numbers."""

    def change(numbers, **wanted):
        estimates = results.estimates.copy()
        chosen = True
        for column, value in wanted.items():
            chosen = chosen & (estimates[column] == value)
        assert chosen.any(), f"no estimate fits {wanted}"
        for column, value in numbers.items():
            estimates.loc[chosen, column] = value
        return replace(results, estimates=estimates)

    return change


@pytest.fixture
def without(results):
    """Make results of a study that does not name some kinds of analysis."""

    def drop(*kinds):
        analyses = tuple(a for a in results.study.analyses if a.kind not in kinds)
        dropped = {a.name for a in results.study.analyses} - {a.name for a in analyses}
        kept = ~results.estimates["analysis"].isin(dropped)
        return replace(
            results,
            study=results.study.model_copy(update={"analyses": analyses}),
            estimates=results.estimates[kept].reset_index(drop=True),
        )

    return drop
