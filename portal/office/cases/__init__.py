"""One application, or many of them at once: reading, asking back, deciding, changing."""
