"""The monitor's host side: several tasks at once, and the terminal that shows one of them."""
