"""Pure functions on text: a string in, a better string out. Rooms may use all of it.

    html          publishers' HTML made safe, and read as text: the only maker of `Html`
      elements      what may leave this program
      taming        markup too big to be an article's, cut down first
      markup        the walk that makes links absolute and drops what may not stay
      media         which file a lazy image means; counters and embeds
    excerpt       the first words up to a sentence's end, in any of our scripts
    urls          addresses made absolute, freed of tracking, compared
    dates         what stands where a date belongs -> an aware datetime
    language      an entry's language, decided with the reason
      kurdish       what shows that a text is Kurmanji or Sorani
      script        which script, how much of it, which way it runs
      tags          language tags, as declared and as written out
    words         our own words around an article, by language
    search        words in the one spelling in which they are looked for
    characters    which characters may leave this program

Everything here answers from its arguments alone.
"""
