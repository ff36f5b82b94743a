"""Reads a table of a source as lists, for the tests of every kind of source."""

import duckdb

from lncohort.sources import open_rows


def read(root, spec):
    """The rows of a table without their numbers, the numbers, and the counts."""
    with duckdb.connect() as connection, open_rows(connection, root, spec) as rows:
        assert rows.relation.columns[-1] == "source_row"
        assert set(map(str, rows.relation.types[:-1])) == {"VARCHAR"}
        found = rows.relation.fetchall()
        return [row[:-1] for row in found], [row[-1] for row in found], rows.counts
