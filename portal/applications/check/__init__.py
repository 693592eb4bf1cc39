"""The formal check: marks, questions back and their answers, more time, decisions, forwarding."""
