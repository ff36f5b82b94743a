"""Many simulated extracts through the whole way, against their known truth."""
