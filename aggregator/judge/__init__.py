"""What to make of it: pure decisions on entries, with their reasons -> `Change`."""
