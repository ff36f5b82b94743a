"""The mapping file of OMOP tables, filled from the template with what was found."""

from collections.abc import Iterable

from lncohort.mapping.guess.table_guess import Question
from lncohort.mapping.guess.write import QUESTION, toml_text, toml_value
from lncohort.mapping.model import NEEDED_TARGETS
from lncohort.mapping.omop.find import template
from lncohort.mapping.omop.look import Written
from lncohort.mapping.roles import NEEDED
from lncohort.sources.found import FoundTable
from lncohort.texts.one_line import one_line


def omop_source(
    tables: dict[str, FoundTable],
    name: str,
    location: str,
    unread: tuple[list[str], list[str]] = ([], []),
    how: dict[str, Written] | None = None,
) -> str:
    """The text of a mapping file.

    Parameters
    ----------
    tables
        As :func:`lncohort.mapping.omop.omop_tables` finds them.
    name
        Of the mapping.
    location
        Of the tables, from where the mapping file stands.
    unread
        As :func:`lncohort.mapping.omop.omop_unread` tells it.
    how
        The tables are written, as :func:`lncohort.mapping.omop.written` tells it.
    """
    shipped = template()
    observed = "table" if "observation_period" in tables else "records"
    lines = [
        f"# Mapping of {name}, which is in the OMOP common data model, to an extract.",
        *shipped["head"].strip().splitlines(),
        "",
        "[mapping]",
        f"name = {toml_text(name)}",
        f"location = {toml_text(location)}",
        'extract = "extract"        # folder to be made beside this file; holds patients\' rows',
        "min_cell = 5               # counts of fewer patients are not told",
        '# code_lists = ["own.csv"] # your own names and codes, beside those that ship',
        "",
        "[observation]",
        f"from = {toml_text(observed)}",
        "",
        *shipped["names"].strip().splitlines(),
    ]
    for table in shipped["table"]:
        name = table["omop"]
        if name not in tables:
            lines += _absent(table)
            continue
        told = _table(table, tables[name], (how or {}).get(name, Written()))
        if "offered" in table:
            lines += ["", *_offered(told)]
        elif table.get("unless") not in tables:
            lines += ["", *told]
    more, others = unread
    if more:
        lines += [
            "",
            f"{QUESTION}{one_line(', '.join(more))}: not read, as a table of that name is.",
        ]
        lines += [
            "# Do they hold other rows, as of another year or site? Then add a [[table]] of each."
        ]
    lines.append("")
    lines += [f"# Not read: {one_line(label)}" for label in others]
    return "\n".join(lines) + "\n"


def _absent(table: dict) -> list[str]:
    """What is said of a table that is not there: of one without which there is no extract, asked."""
    if table["to"] in NEEDED_TARGETS:
        return ["", f"{QUESTION}there is no table {table['omop']}; where is what it holds?"]
    if "offered" in table:
        told = "# There is no table observation, where a site may have the ISN/RPS class and SLEDAI-2K."
        return ["", told] if table["to"] == "biopsy" else []
    return [] if "unless" in table else ["", f"# There is no table {table['omop']}."]


def _offered(lines: list[str]) -> list[str]:
    """A table that is read only when the user takes the signs of a comment away."""
    return [line if line.startswith("#") else f"# {line}" for line in lines]


def _comment(table: dict) -> list[str]:
    return [f"# {line}" for line in table.get("comment", "").strip().splitlines()]


def _table(table: dict, found: FoundTable, how: Written) -> list[str]:
    """A table of the mapping: the columns that are there, as they are written there."""
    written = {column.lower(): column for column in found.columns}
    columns = {
        role: [written[name] for name in names if name in written]
        for role, names in table["columns"].items()
    }
    told = {role for role, names in columns.items() if names} | set(table.get("constants", ()))
    missing = [group for group in NEEDED[table["to"]] if not told.intersection(group)]
    lines = _comment(table)
    if missing:
        wanted = ", ".join(
            name for group in missing for r in group for name in table["columns"].get(r, ())
        )
        return [
            f"{QUESTION}{found.spec.label} has none of the columns {wanted}: not read. Which are they?"
        ]
    name = table.get("name", table["omop"])
    lines += ["[[table]]", f"name = {toml_text(name)}", f"to = {toml_text(table['to'])}"]
    if how.date_formats:
        lines.append(f"date_formats = {_texts(how.date_formats)}")
    lines += [line for one in how.questions for line in _asked(one)]
    if how.decimal == ",":
        lines.append('decimal = ","')
    if "code_system" in table:
        lines.append(f"code_system = {toml_text(table['code_system'])}")
    if "supply" in table:
        lines.append(f"supply = {_texts(table['supply'])}")
    keep = {
        written[name]: texts for name, texts in table.get("keep", {}).items() if name in written
    }
    if keep:
        lines.append("[table.keep]")
        lines += [f"{toml_text(column)} = {_texts(texts)}" for column, texts in keep.items()]
    source = found.spec.model_dump(exclude_none=True, exclude_defaults=True)
    lines += ["[table.source]", *(f"{key} = {toml_value(value)}" for key, value in source.items())]
    lines.append("[table.columns]")
    for role, names in columns.items():
        if names:
            lines.append(f"{role} = {_texts(names) if len(names) > 1 else toml_text(names[0])}")
    if "constants" in table:
        lines.append("[table.constants]")
        lines += [f"{role} = {toml_text(text)}" for role, text in table["constants"].items()]
    for role, meanings in table.get("values", {}).items():
        if role in told:
            lines.append(f"[table.values.{role}]")
            lines += [f"{toml_text(code)} = {toml_text(text)}" for code, text in meanings.items()]
    return lines


def _asked(question: Question) -> list[str]:
    """A question, and its answers: those of which one is chosen, or what is to be kept."""
    if question.about != "keep":
        return [QUESTION + one_line(" / ".join([question.text, *question.choices]))]
    kept = f"keep = {{ {toml_text(question.column)} = {_texts(question.choices)} }}"
    return [QUESTION + one_line(question.text), f"# {kept}  # less those to be left out"]


def _texts(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(toml_text, texts))}]"
