"""What the search and the lists know of the answers."""
