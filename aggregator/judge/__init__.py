"""What to make of it: pure decisions on entries, with their reasons -> `Change`.

rules     publish, hold or drop -> Verdict                         pure
revise    new, corrected or untouched, and the dates -> Change     pure
"""
