"""People with an account: who they are and how they prove it. The pages stand in the entrance."""

from portal.accounts.models import Invitation, Level, Purpose, Session, User
from portal.accounts.sessions import SignedIn, user_of
from portal.accounts.wiring import use

__all__ = ["Invitation", "Level", "Purpose", "Session", "SignedIn", "User", "use", "user_of"]
