"""Code lists: which codes and names stand for which drug, lab, diagnosis or procedure."""

from lncohort.codes.lists import CodeLists, read_code_lists

__all__ = ["CodeLists", "read_code_lists"]
