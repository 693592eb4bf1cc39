"""What people say about the portal itself: reports of barriers with their due dates."""
