"""What the composition root needs of this room: its pages, and how it is started."""

from flask import Flask

from portal.applications.jury import tiequestion
from portal.jury import (
    chair,
    dossiers,
    frame,
    hall,
    meeting,
    meeting_desk,
    meeting_minutes,
    meeting_words,
    offline,
    order,
    pictures,
    pledge,
    ranking,
    reading,
    ties,
)

ROOMS = (pledge, hall, ties, reading, pictures, order, offline, chair, dossiers, ranking,
         meeting, meeting_desk, meeting_minutes)  # fmt: skip


def init(app: Flask) -> None:
    """Make words known to templates, and hand the secret to the question about conflicts."""
    tiequestion.use(app.extensions["settings"])
    frame.init(app)
    meeting_words.init(app)
