"""A call is data: its texts, dates, prizes, criteria, questions and declarations."""
