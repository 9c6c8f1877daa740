"""What to make of it: pure decisions on entries, with their reasons -> `Change`.

filters   the operator's rules on an entry -> Screened             pure
rules     publish, hold or drop -> Verdict                         pure
renamed   an entry that is known under other names                 pure
revise    new, corrected or untouched, and the dates -> Change     pure
welcome   what of a new source is let in, and what waits           pure
flood     is this still the feed that we follow?                   pure
removed   what a publisher's feed takes back, and shows again      pure
rights    how much of an entry may be shown today -> Allowance     pure
owners    which sources an address may belong to                   pure
dedupe    one story told by several sources                        pure
"""
