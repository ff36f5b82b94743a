"""docs/mapping.md tells every key of the mapping file, and what it tells can be written."""

import tomllib
from pathlib import Path

import pytest

from lncohort.mapping.page import MEANINGS, page

PAGE = Path(__file__).parents[2] / "docs" / "mapping.md"


def test_page_is_that_of_the_model():
    assert PAGE.read_text(encoding="utf-8") == page(), "docs/mapping.md is stale: run `make docs`"


@pytest.mark.parametrize("model", MEANINGS)
def test_every_key_has_its_meaning(model):
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert list(MEANINGS[model]) == keys


@pytest.mark.parametrize(
    "text",
    [
        '[table.values.unit]\n"g" = "g/24h"',
        'patient_id = ["住院号", "门诊号"]',
        '[table.keep]\n"诊断类型" = ["出院诊断", "主要诊断"]',
        'supply = ["days_supply", "quantity", "end_date"]',
    ],
)
def test_what_a_recipe_says_is_toml_and_stands_on_the_page(text):
    tomllib.loads(text)
    assert all(line in page() for line in text.splitlines())
