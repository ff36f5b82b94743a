"""What the texts of a hospital extract mean: pure functions on distinct texts, never on rows.

A column of millions of rows holds a few thousand distinct texts. They are read here, one by one,
and the caller joins what they mean back to the rows. A text that is not understood whole is
unknown, with a reason from a closed list; nothing is guessed, nothing is printed.
"""
