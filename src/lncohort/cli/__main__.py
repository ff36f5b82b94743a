"""`python -m lncohort.cli`."""

from lncohort.cli import main

main()
