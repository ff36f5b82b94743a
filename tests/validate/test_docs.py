"""docs/validation.md tells the runs that are kept."""

from pathlib import Path

from lncohort.validate.docs import docs_page

DOCS = Path(__file__).parents[2] / "docs"


def test_page_is_that_of_the_kept_runs():
    kept = (DOCS / "validation.md").read_text(encoding="utf-8")
    assert kept == docs_page(DOCS / "validation"), "docs/validation.md is stale: run `make docs`"
