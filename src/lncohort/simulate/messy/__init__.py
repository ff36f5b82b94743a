"""A simulated extract as a Chinese hospital would hand it over, with the key to what is wrong."""

from lncohort.simulate.messy.write import simulate_messy

__all__ = ["simulate_messy"]
