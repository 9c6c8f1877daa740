"""Pure functions on text: a string in, a better string out. Rooms may use all of it.

    html          publishers' HTML made safe, and read as text: the only maker of `Html`
      elements      what may leave this program
      taming        markup too big to be an article's, cut down first
      markup        the walk that makes links absolute and drops what may not stay
      media         which file a lazy image means; counters and embeds
    excerpt       the first words up to a sentence's end, in any of our scripts
    difference    what changed between two versions of a text, word by word
    agencies      whether a text says that it is a news agency's
    reserved      whether a statement of rights forbids to reproduce
    urls          addresses made absolute, freed of tracking, compared
    dates         what stands where a date belongs -> an aware datetime
    language      an entry's language, decided with the reason
      kurdish       what shows that a text is Kurmanji or Sorani
      script        which script, how much of it, which way it runs
      tags          language tags, as declared and as written out
    words         our own words around an article, by language
    search        words in the one spelling in which they are looked for
    keywords      lists of words that operators look for, in every script
    patterns      regular expressions of operators, in linear time
    selectors     parts of a publisher's markup taken out by CSS selectors
    sameness      whether two versions differ in typography, or in printed times, alone
    likeness      how alike two texts are, however they were typed and cut
    pagefacts     what a web page says of the article on it
      jsonld        the same, in the words of schema.org
    challenges    what stands in a page that asks for a browser or an account
    characters    which characters may leave this program

Everything here answers from its arguments alone.
"""
