"""Errors that a user can mend."""


class UserError(Exception):
    """Input that cannot be used; the message says what, where, how many and what to do.

    The command line prints the message without a traceback and exits with 2.
    """
