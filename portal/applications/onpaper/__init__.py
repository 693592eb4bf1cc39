"""Applications that came by post or e-mail, and an application as a paper."""
