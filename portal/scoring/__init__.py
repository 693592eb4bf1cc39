"""The room of scores: what jurors promise, their sheets, and how far everybody is."""
