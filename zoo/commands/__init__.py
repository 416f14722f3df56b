"""The command line: one module per command. They import what is heavy only when they run."""
