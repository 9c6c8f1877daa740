"""The world out: published entries become pages, documents and files -> `Document`."""
