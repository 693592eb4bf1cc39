"""What stands on the desk of the office: lists, views, care, actions on many, doubles, exports."""
