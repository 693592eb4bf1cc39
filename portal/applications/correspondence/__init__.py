"""Letters and messages about an application, and who they go to."""
