"""docs/rules.md tells the rules as the cases say them."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from lncohort.spec.cases import cases
from lncohort.spec.page import files

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def made():
    return files()


def test_page_and_pictures_are_those_of_the_cases(made):
    kept = {"rules.md": (DOCS / "rules.md").read_text(encoding="utf-8")}
    for path in (DOCS / "rules").glob("*.svg"):
        kept[f"rules/{path.name}"] = path.read_text(encoding="utf-8")
    assert made == kept, "docs/rules.md is stale: run `make docs`"


def test_every_case_but_that_of_rejected_rows_has_a_picture(made):
    pictures = [text for place, text in made.items() if place.endswith(".svg")]
    assert len(pictures) == len(cases()) - 1
    assert all(ElementTree.fromstring(text).tag.endswith("svg") for text in pictures)
