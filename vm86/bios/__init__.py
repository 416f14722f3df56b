"""The BIOS as host code: its services, what it keeps in memory, and what a person sees."""
