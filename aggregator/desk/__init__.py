"""The editors' commands: what waits, what is decided, what is taken down. Act.

    waiting    the queue, and one entry as an editor needs to see it
    deciding   approve, reject, edit
    removing   take down, restore, and the log of both
    saying     what they share: the store, the person, the words that end each command

They only write to the database; whoever publishes from the store makes it so in the documents.
"""
