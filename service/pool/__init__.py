"""The pool: a gate in front of a store of connections. See README.md beside this file for the room's rule."""

from service.pool.clock import Clock
from service.pool.driver import Cursor, Driver, Row
from service.pool.histogram import Histogram
from service.pool.lease import SILENT, Lease
from service.pool.limits import Limits
from service.pool.pool import Pool
from service.pool.stats import Holder, PoolStats
from service.pool.store import Store

__all__ = [
    "SILENT",
    "Clock",
    "Cursor",
    "Driver",
    "Histogram",
    "Holder",
    "Lease",
    "Limits",
    "Pool",
    "PoolStats",
    "Row",
    "Store",
]
