"""A small world of sources on loopback, written for the project, for a first look."""
