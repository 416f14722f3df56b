"""The zoo: historical virtual machines that share one CPU loop."""

__version__ = "0.1.0"
