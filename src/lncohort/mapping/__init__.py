"""From a hospital's own tables to the data contract: what the mapping file says, carried out."""
