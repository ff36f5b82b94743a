"""One thread, so that the sums of a solver do not depend on the machine's."""

from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _libraries() -> ThreadpoolController:
    # To look for the libraries takes longer than most fits.
    return ThreadpoolController()


def one_thread():
    """A context in which the libraries of linear algebra use one thread."""
    return _libraries().limit(limits=1)
