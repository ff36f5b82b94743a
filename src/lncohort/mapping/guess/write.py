"""The mapping file of a guess: TOML with its doubts and questions as comments."""

import json
from collections import Counter

from lncohort.mapping.guess.folder import FolderGuess
from lncohort.mapping.guess.table_guess import FEWEST_ROWS, TableGuess
from lncohort.sources.files import is_pattern
from lncohort.sources.profiling import ColumnProfile
from lncohort.texts.one_line import one_line

SHAPES = 3
MOST_UNUSED = 60  # columns that are named, of those that play no part
QUESTION = "# QUESTION: "


def mapping_source(guess: FolderGuess, name: str, location: str) -> str:
    """The text of a mapping file.

    Parameters
    ----------
    guess
        What the folder seems to hold.
    name
        Of the mapping.
    location
        Of the folder, from where the mapping file stands.
    """
    lines = [
        f"# Mapping of {one_line(name)} to an extract, guessed. Behind each column: how sure the guess is, and",
        "# the commonest shapes of what stands in it (A a letter, 9 a digit, 字 a Chinese character).",
        "# Mend what is wrong, answer what is asked, then: lncohort check --mapping THIS_FILE",
        "",
        "[mapping]",
        f"name = {toml_text(name)}",
        f"location = {toml_text(location)}",
        'extract = "extract"        # folder to be made beside this file; holds patients\' rows',
        f"leading_zeros = {toml_text(guess.leading_zeros)}     # of identifiers: keep, or drop",
        "min_cell = 5               # counts of fewer patients are not told",
        '# code_lists = ["own.csv"] # your own names and codes, beside those that ship',
        "",
        "[observation]",
        'from = "records"           # observed from the first record to the last; or "table"',
        "# gap_days = 365           # a longer time without any record ends the observation",
        "",
        "# Names of your hospital that no list has, and their concept; - for none:",
        "# [names.drug]",
        '# "他克莫司胶囊(自制)" = "tacrolimus"',
        "# [names.lab]",
        "# [names.diagnosis]",
        "# [names.procedure]",
        "",
        "# The unit of a test where none is given:",
        "# [units]",
        '# serum_creatinine = "umol/L"',
    ]
    lines += _missing(guess)
    used: Counter[str] = Counter()
    for table in guess.tables:
        used[table.target] += 1
        number = used[table.target]
        lines += ["", *_table(table, f"{table.target}_{number}" if number > 1 else table.target)]
    lines += [
        f"\n# Not read, as it seems to be of nothing here: {one_line(label)}"
        for label in guess.unused
    ]
    lines += [f"\n# Not read: {one_line(path)}: {one_line(why)}" for path, why in guess.problems]
    return "\n".join(lines) + "\n"


def _missing(guess: FolderGuess) -> list[str]:
    there = {table.target for table in guess.tables}
    return [
        f"\n{QUESTION}no table of {target} was found; add a [[table]] with to = {toml_text(target)}"
        for target in ("patient", "prescription", "lab", "diagnosis")
        if target not in there
    ]


def _table(guess: TableGuess, name: str) -> list[str]:
    lines = [
        "[[table]]",
        f"name = {toml_text(name)}",
        f"to = {toml_text(guess.target)}  # {guess.confidence:.2f}",
    ]
    if guess.date_formats:
        lines.append(f"date_formats = [{', '.join(map(toml_text, guess.date_formats))}]")
    if guess.day_of_month is not None:
        lines.append(f"day_of_month = {guess.day_of_month}  # births are given as months")
    if guess.decimal == ",":
        lines.append('decimal = ","')
    if guess.inpatient:
        lines.append("inpatient = true  # an order that was never stopped ends at discharge")
    if guess.refunds:
        lines.append("refunds = true  # each row takes back what it names, whatever its sign")
    if guess.code_system is not None:
        lines.append(f"code_system = {toml_text(guess.code_system)}")
    lines += [
        QUESTION + one_line(" / ".join([question.text, *question.choices]))
        for question in guess.questions
    ]
    source = guess.spec.model_dump(exclude_none=True, exclude_defaults=True)
    lines += ["[table.source]", *(f"{key} = {toml_value(value)}" for key, value in source.items())]
    if any(map(is_pattern, guess.spec.paths)):
        lines.append("# All files that fit path are this table, a new one too.")
    elif len(guess.spec.paths) > 1:
        lines.append(
            "# Others with such names are read in another way or have other columns; a new one of these "
            "has to be added."
        )
    lines.append("[table.columns]")
    for role, played in guess.played.items():
        told = f"{played.confidence:.2f}{_shapes(played.column.profile)}"
        lines.append(f"{role} = {toml_text(played.column.name)}  # {told}")
    if guess.unused:
        lines.append(
            f"# Columns that play no part: {one_line(', '.join(guess.unused[:MOST_UNUSED]))}"
        )
    if guess.constants:
        lines.append("[table.constants]")
        lines += [f"{role} = {toml_text(text)}" for role, text in guess.constants.items()]
    if guess.keep:
        lines.append("[table.keep]")
        lines += [
            f"{toml_text(column)} = [{', '.join(map(toml_text, texts))}]"
            for column, texts in guess.keep.items()
        ]
    if guess.sex_codes:
        lines.append("[table.values.sex]")
        lines += [f"{toml_text(code)} = {toml_text(sex)}" for code, sex in guess.sex_codes.items()]
    elif any(question.about == "sex" for question in guess.questions):
        lines += ["# [table.values.sex]", '# "1" = "male"', '# "2" = "female"']
    if any(question.about == "status" for question in guess.questions):
        lines += ["# [table.values.status]", '# "1" = "作废"', '# "0" = "执行"']
    if any(question.about == "certainty" for question in guess.questions):
        lines += ["# [table.values.certainty]", '# "1" = "确诊"', '# "0" = "疑诊"']
    for test in guess.wide:
        lines += ["[[table.wide]]", f"column = {toml_text(test.column.name)}"]
        lines += [f"test = {toml_text(test.test)}"]
        lines.append(f"unit = {toml_text(test.unit)}" if test.unit else '# unit = ""')
    return lines


def _shapes(profile: ColumnProfile) -> str:
    """The commonest shapes of a column, without those that few rows have."""
    shapes = [shape for shape, rows in profile.shapes if rows >= FEWEST_ROWS][:SHAPES]
    return "".join(f"; {one_line(shape)}" for shape in shapes)


def toml_value(value) -> str:
    """A number, a text or a list of texts as TOML."""
    if isinstance(value, tuple):
        return "\n".join(["[", *(f"    {toml_text(text)}," for text in value), "]"])
    return str(value) if isinstance(value, int) else toml_text(value)


def toml_text(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
