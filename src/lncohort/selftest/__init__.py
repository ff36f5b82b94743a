"""Evidence that an installation works: checks, a table and a file to be signed."""
