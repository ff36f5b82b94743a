"""The SQL is written once, by hand, in files that say what they are."""

import ast
import re
from pathlib import Path

import pytest
import sqlglot

from lncohort.engine.parameters import parameter_tables
from lncohort.engine.stages import sql_folder, study_files
from lncohort.extract.contract import CONTRACT

SOURCE = Path(__file__).parents[2] / "src" / "lncohort"
SQL_WORDS = re.compile(
    r"\b(SELECT\s.+\bFROM|CREATE\s+(OR\s+REPLACE\s+)?(TABLE|VIEW)|INSERT\s+INTO|COPY\s.+\bTO)\b",
    re.IGNORECASE | re.DOTALL,
)
FILES = sorted(sql_folder().glob("*/*.sql"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_opens_with_a_header_that_says_what_a_row_is(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    header = [line for line in lines[: next(i for i, x in enumerate(lines) if x[:2] != "--")]]
    assert 2 < len(header) <= 10
    assert header[0].startswith(f"-- {path.stem}: one row per ")
    text = "\n".join(header)
    assert "\n-- Key: " in text
    assert "\n-- Columns: " in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_makes_the_one_table_it_is_named_for(path):
    (statement,) = sqlglot.parse(path.read_text(encoding="utf-8"), read="duckdb")
    assert isinstance(statement, sqlglot.expressions.Create)
    assert statement.this.name == path.stem


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_header_names_every_column(path):
    text = path.read_text(encoding="utf-8")
    statement = sqlglot.parse_one(text, read="duckdb")
    header = " ".join(line for line in text.splitlines() if line.startswith("--"))
    missing = [name for name in statement.expression.named_selects if name not in header]
    assert missing == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_can_be_carried_to_spark(path):
    text = path.read_text(encoding="utf-8")
    (spark,) = sqlglot.transpile(
        text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert sqlglot.parse_one(spark, read="spark")


def _is_allowed(argument: ast.expr) -> bool:
    """A SQL file's text, a tree of names of sqlglot's, or a setting that is written out."""
    if isinstance(argument, ast.Constant):
        return str(argument.value).startswith("SET ")
    is_tree = isinstance(argument, ast.Call) and ast.unparse(argument.func) == "whole_table"
    return is_tree or ast.unparse(argument) == "file.text"


def test_no_sql_is_put_together_in_python():
    found = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if SQL_WORDS.search(str(getattr(node, "value", ""))):
                found.append(f"{path.name}:{node.lineno}")
            called = getattr(getattr(node, "func", None), "attr", None)
            if called in {"execute", "sql", "query"}:
                (argument,) = node.args
                if not _is_allowed(argument):
                    found.append(f"{path.name}:{node.lineno}")
    assert found == []


def test_stages_run_in_the_order_of_the_design():
    stages = list(dict.fromkeys(file.stage for file in study_files()))
    assert sorted(stages) == sorted(
        ["intake", "exposure", "cohort", "outcome", "covariate", "analysis"]
    )
    for above, below in [
        ("intake", "exposure"),
        ("intake", "cohort"),
        ("exposure", "analysis"),
        ("cohort", "outcome"),
        ("cohort", "covariate"),
        ("outcome", "analysis"),
    ]:
        assert stages.index(above) < stages.index(below)


def test_every_table_read_is_made_by_a_file_a_parameter_or_the_extract(nanjing):
    from datetime import date

    parameters = set(parameter_tables(nanjing, date(2024, 1, 1)))
    raw = {f"raw_{table.name}" for table in CONTRACT}
    made = {file.table for file in study_files()}
    needed = frozenset().union(*(file.reads for file in study_files())) - made
    assert parameters <= needed <= parameters | raw
