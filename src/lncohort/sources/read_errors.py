"""What may go wrong while a file is read, and how it is told."""

import sqlite3
import zlib

import duckdb
import pyarrow as pa

READ_ERRORS = (OSError, EOFError, zlib.error, pa.ArrowException, sqlite3.Error, duckdb.Error)


def reason(error: Exception) -> str:
    """Why reading failed, by kind alone: the text of an error may hold values of patients."""
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__
