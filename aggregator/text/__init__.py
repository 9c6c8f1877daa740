"""Pure functions on text: HTML, addresses, dates, languages. Rooms may use all of it."""
