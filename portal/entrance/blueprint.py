"""The blueprint of the public pages; `views` and `legal_views` put their pages on it."""

from flask import Blueprint

bp = Blueprint("entrance", __name__)
MINUTE = 60  # seconds
