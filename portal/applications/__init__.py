"""The heart: applications, versions, files and keys, and all that can be done to them."""
