"""Public data with published figures, and those figures worked out here."""
