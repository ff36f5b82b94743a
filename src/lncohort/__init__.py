"""Retrospective cohort analysis of drug exposure and renal response."""
