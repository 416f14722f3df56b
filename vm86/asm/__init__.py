"""The 386's assembly language: what NASM's users write, from the rows of `vm86.table`."""
