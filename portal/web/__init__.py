"""The porch that all front rooms share: doors, errors, headers, database mode, languages."""
