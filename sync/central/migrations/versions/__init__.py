"""The revisions, in a single line; one that was released is never edited."""
