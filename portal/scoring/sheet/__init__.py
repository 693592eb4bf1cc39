"""The sheets of jurors: promised, filled in, sent, taken along, closed."""
