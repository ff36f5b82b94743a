"""A first mapping file of a hospital's folder: what each table and column seems to be."""
