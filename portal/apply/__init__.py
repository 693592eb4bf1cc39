"""The room of applicants: begin, write, check, send, and the page of one application."""
