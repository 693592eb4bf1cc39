"""The table that rate limits count in."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Model


class Throttle(Model):
    """How often something was done in one window of time, under a key that names nobody."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)
