"""An extract: a folder of Parquet files that meets the data contract."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import ConstantExpression, StarExpression

from lncohort.errors import UserError
from lncohort.extract.check import contract_errors
from lncohort.extract.contract import CONTRACT

SQL_TYPES = {"text": "VARCHAR", "date": "DATE", "integer": "BIGINT", "number": "DOUBLE"}


@dataclass(frozen=True)
class Extract:
    """An extract whose files meet the contract; its rows may still be unusable.

    Open one with :meth:`Extract.open`.
    """

    folder: Path

    @classmethod
    def open(cls, folder: str | Path) -> "Extract":
        """Open a folder of Parquet files, one for each table of the contract.

        Raises
        ------
        UserError
            With every table and column that does not meet the contract.
        """
        folder = Path(folder)
        errors = contract_errors(folder)
        if errors:
            raise UserError("\n".join(errors))
        return cls(folder)

    def path(self, table: str) -> Path:
        """The Parquet file of a table."""
        return self.folder / f"{table}.parquet"

    @property
    def is_synthetic(self) -> bool:
        """Whether a truth lies beside the tables: then no patient stands behind them."""
        return (self.folder / "truth.json").is_file()

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make every table readable as ``raw_<name>`` on a connection.

        An optional column that a file does not have is there, and empty.
        """
        for table in CONTRACT:
            relation = connection.read_parquet(str(self.path(table.name)))
            absent = [c for c in table.columns if c.optional and c.name not in relation.columns]
            empty = [ConstantExpression(None).cast(SQL_TYPES[c.type]).alias(c.name) for c in absent]
            relation.select(StarExpression(), *empty).create_view(f"raw_{table.name}")

    def refuse_damaged(self) -> None:
        """Read every file to its end, and refuse the extract when one cannot be.

        A file may have a good schema and damaged pages; only reading them all tells.

        Raises
        ------
        UserError
            With every file that cannot be read.
        """
        damaged = []
        for table in CONTRACT:
            path = self.path(table.name)
            try:
                with pq.ParquetFile(path) as file:
                    for _ in file.iter_batches():
                        pass
            except (pa.ArrowException, OSError):
                damaged.append(f"{path.name}: is damaged; its rows cannot be read. Copy it again.")
        if damaged:
            raise UserError("\n".join(damaged))

    def file_hashes(self) -> dict[str, str]:
        """SHA-256 of each file, by table."""
        hashes = {}
        for table in CONTRACT:
            with self.path(table.name).open("rb") as file:
                hashes[table.name] = hashlib.file_digest(file, "sha256").hexdigest()
        return hashes
