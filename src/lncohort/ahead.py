"""Makes the next part of a long row of parts while the last one is in use."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")


def ahead(parts: Iterable[Part]) -> Iterator[Part]:
    """The same parts, each made in another thread while the one before it is in use.

    Parameters
    ----------
    parts
        None of them is None.
    """
    made = iter(parts)
    with ThreadPoolExecutor(max_workers=1) as thread:
        following = thread.submit(next, made, None)
        while (part := following.result()) is not None:
            following = thread.submit(next, made, None)
            yield part
