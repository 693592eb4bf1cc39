"""The letters of a call: their words, the outbox, one letter to many."""
