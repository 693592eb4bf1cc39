"""What everybody may read: start page, calls, questions, legal texts, reports of barriers."""
