"""The command line: the same experiments, no window."""
