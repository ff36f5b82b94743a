"""Evidence that an installed copy works: checks, a table and a file to be signed."""
