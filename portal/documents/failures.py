"""What can go wrong while a document is made."""


class RenderFailed(Exception):
    """The render child refused a document, took too long or died; the text names no person."""


class PangoMissing(RenderFailed):
    """WeasyPrint cannot be loaded, since libraries of the system are missing."""
