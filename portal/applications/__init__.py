"""The heart: applications, their versions, files and keys, and everything that can be done to them."""
