"""The jury as the office sees it: who sits in it, who reads what, how far it is."""
