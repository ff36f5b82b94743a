"""The rules of exposure as small cases: run by the tests, printed as docs/rules.md."""
