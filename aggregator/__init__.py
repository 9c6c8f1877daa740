"""Gathers news from configured sources and republishes it as one Atom feed per language.

The journey, in the order of the alphabet: `gather` -> `judge` -> `store` -> `syndicate`.
`pipeline` walks it, `daemon` keeps it up, `cli` starts it.
"""

__version__ = "0.1.0"
