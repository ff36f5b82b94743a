"""`lncohort contract`."""


def contract() -> None:
    """Print what an extract must hold: tables, columns, types, units."""
    from lncohort.extract.contract import CONTRACT
    from lncohort.extract.lab_tests import LAB_TESTS
    from lncohort.terminal import print_table

    for table in CONTRACT:
        print_table(
            f"{table.name}.parquet: one row is {table.row}; key {', '.join(table.key)}",
            ("column", "type", "missing values", "meaning"),
            [
                (
                    column.name,
                    column.type,
                    "column optional"
                    if column.optional
                    else "allowed"
                    if column.nullable
                    else "no",
                    column.meaning + (f": {', '.join(column.values)}" if column.values else ""),
                )
                for column in table.columns
            ],
        )
    print_table(
        "Laboratory tests: the unit of each, and those that are converted to it",
        ("test", "unit", "also accepted"),
        [(name, test.unit, test.others_in_words) for name, test in LAB_TESTS.items()],
    )
