"""What a newcomer sees at once: example calls, example applications, example legal pages."""
