"""What could be wrong with the results, and in which direction."""
