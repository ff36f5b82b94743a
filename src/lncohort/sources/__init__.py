"""Opens a folder as a hospital gives it: finds tables and hands out their rows as text.

It knows nothing of the data contract. Heavy libraries are loaded when a name is first used.
"""

from importlib import import_module

_HOMES = {
    "Counts": "lncohort.sources.counts",
    "FoundTable": "lncohort.sources.found",
    "Rows": "lncohort.sources.rows",
    "SourceSpec": "lncohort.sources.spec",
    "content_hash": "lncohort.sources.hashing",
    "detect": "lncohort.sources.find",
    "files_of": "lncohort.sources.files",
    "find_tables": "lncohort.sources.find",
    "open_batches": "lncohort.sources.rows",
    "open_rows": "lncohort.sources.rows",
    "profile": "lncohort.sources.profiling",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'lncohort.sources' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
