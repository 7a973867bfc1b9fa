"""The database: the only wire between the services."""

from labeling.database.bell import Bell
from labeling.database.connection import AWAY, Database, DatabaseUnreachable, sqlite_engine

__all__ = ["AWAY", "Bell", "Database", "DatabaseUnreachable", "sqlite_engine"]
