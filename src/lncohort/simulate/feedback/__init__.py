"""The process in steps: what was measured decides treatment, visits and who stays in care."""
