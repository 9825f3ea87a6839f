"""Read what is still readable of a damaged encrypted database, page by page, without changing it."""
