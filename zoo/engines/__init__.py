"""The engines: `interp` defines, `jit` runs, `auto` changes from one to the other."""
