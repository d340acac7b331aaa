"""Settings of the record."""

from msgspec import Struct


class StoreSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the record is kept (a URL in SQLAlchemy's form; None means an SQLite file in the user's data folder) and for how many days."""

    url: str | None = None
    keep_days: int = 30
