"""Tables of a PostgreSQL server, streamed as Arrow batches."""

from collections.abc import Iterator
from contextlib import contextmanager

import adbc_driver_manager
import numpy as np
import pyarrow as pa
from adbc_driver_postgresql import dbapi

from lncohort.errors import UserError
from lncohort.sources.addresses import refuse_password
from lncohort.sources.counts import Counts
from lncohort.sources.numbered import numbered
from lncohort.sources.spec import SourceSpec
from lncohort.sources.statement import whole_table
from lncohort.texts.one_line import one_line

SYSTEM_SCHEMAS = ("information_schema", "pg_catalog", "pg_toast")


class Postgres:
    """A table of a PostgreSQL server; the server writes every value as text.

    The password comes from PGPASSWORD, from the file that PGPASSFILE names or from ~/.pgpass.
    The order of the rows is the server's; it may differ from one reading to the next.
    """

    def __init__(self, address: str, spec: SourceSpec):
        self.address, self.spec = address, spec
        refuse_password(address)
        self.schema_name, _, self.table = spec.table.partition(".")
        with _connection(address) as connection:
            if spec.table not in (found := _tables(connection)):
                raise UserError(
                    f"{address}: no table {spec.table}; found {', '.join(found) or 'none'}. "
                    "Correct the name, or ask for the right to read it."
                )
            found = connection.adbc_get_table_schema(self.table, db_schema_filter=self.schema_name)
        self.names = tuple(found.names)
        self.schema = pa.schema([(name, pa.string()) for name in self.names])

    @staticmethod
    def tables(address: str) -> list[str]:
        """The tables and views that may be read, as ``schema.table``."""
        refuse_password(address)
        with _connection(address) as connection:
            return _tables(connection)

    def batches(self, counts: Counts) -> Iterator[tuple[pa.RecordBatch, np.ndarray]]:
        """Batches of rows with their numbers, in the order in which the server sends them."""
        return numbered(self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        with _connection(self.address) as connection, connection.cursor() as cursor:
            cursor.execute(
                whole_table("postgres", self.table, self.schema_name, self.names, as_text=True)
            )
            for batch in cursor.fetch_record_batch():
                yield pa.record_batch(batch.columns, schema=self.schema)


def _tables(connection) -> list[str]:
    """Tables and views, materialized ones too, of which the standard's list knows nothing."""
    rows = []
    with connection.cursor() as cursor:
        for schema, listed, names in (
            ("information_schema", "tables", ("table_schema", "table_name")),
            ("pg_catalog", "pg_matviews", ("schemaname", "matviewname")),
        ):
            cursor.execute(whole_table("postgres", listed, schema, names, as_text=True))
            rows += cursor.fetchall()
    return sorted(f"{schema}.{table}" for schema, table in rows if schema not in SYSTEM_SCHEMAS)


@contextmanager
def _connection(address: str) -> Iterator:
    """A connection; what the server says is told by kind, for it may hold values of patients."""
    try:
        connection = dbapi.connect(address)
    except adbc_driver_manager.Error as error:
        said = one_line(str(error)).rstrip(".?") or type(error).__name__
        raise UserError(
            f"{address}: cannot be reached: {said}. Check the address, and that PGPASSWORD or "
            "~/.pgpass has the password."
        ) from None
    try:
        yield connection
    except (adbc_driver_manager.Error, pa.ArrowException, OSError) as error:
        raise UserError(
            f"{address}: reading stopped ({type(error).__name__}). Check the right to read the "
            "table, and that the server still answers."
        ) from None
    finally:
        connection.close()
