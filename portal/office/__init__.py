"""The room of the office: what waits, the list, one application, letters, exports."""
