"""The world in: feeds are fetched, read and brought into the article format -> `Entry`."""
