"""The data contract of an extract, and what is read from it."""
