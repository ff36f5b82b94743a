"""The report: tables, figures, one self-contained page and results.json, from the estimates."""

from lncohort.report.write import write_report

__all__ = ["write_report"]
