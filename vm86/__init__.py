"""A 386 in virtual-8086 mode under a monitor, which runs DOS programs."""
