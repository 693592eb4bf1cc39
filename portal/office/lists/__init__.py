"""The list of applications: its filters, columns and lines."""
