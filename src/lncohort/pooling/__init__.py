"""Results of one study from several sites, pooled without any patient's row."""
