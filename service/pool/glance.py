"""What can be seen of a stock: at a glance, in numbers, and who holds what."""

from __future__ import annotations

from service.pool.shelf import Shelf
from service.pool.stats import Holder, PoolStats
from service.pool.supply import SuppliedShelf
from service.pool.where import in_words


def status(shelf: SuppliedShelf) -> str:
    """The state in a line; what is seldom is said only when there is any."""
    text = f"{shelf.state} size={shelf.size}/{shelf.limits.max_size} idle={len(shelf.idle)} in_use={len(shelf.in_use)}"
    text += f" waiting={len(shelf.gate)}"
    seldom = {
        "checking": len(shelf.checking) + len(shelf.renewing),
        "connecting": shelf.opener.under_way,
        "closing": shelf.closer.under_way,
    }
    text += "".join(f" {name}={number}" for name, number in seldom.items() if number)
    return f"{text} away" if shelf.away else text


def stats(shelf: SuppliedShelf) -> PoolStats:
    """The stock at this moment."""
    return PoolStats(
        state=str(shelf.state),
        min_size=shelf.limits.min_size,
        max_size=shelf.limits.max_size,
        size=shelf.size,
        idle=len(shelf.idle),
        in_use=len(shelf.in_use),
        checking=len(shelf.checking) + len(shelf.renewing),
        connecting=shelf.opener.under_way,
        closing=shelf.closer.under_way,
        waiting=len(shelf.gate),
        generation=shelf.generation,
        away=shelf.away,
        retry_in=shelf.retry_in(),
        **shelf.ledger.count.numbers(),
    )


def holders(shelf: Shelf) -> list[Holder]:
    """Who holds a connection, the longest first."""
    held = sorted(shelf.in_use, key=lambda record: record.taken_at)
    return [Holder(shelf.held(record), in_words(record.where), record.identity) for record in held]
