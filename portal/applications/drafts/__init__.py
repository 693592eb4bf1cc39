"""From the first word of a draft to the version that is sent, and to each later version."""
