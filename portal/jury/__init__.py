"""The room of the jury: rules, conflicts, reading, sheets."""
