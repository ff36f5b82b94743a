"""Methods: pure functions on data frames, a family a module; none knows a study."""
