"""From the sheets that count to the ranking, and whether it would change."""
