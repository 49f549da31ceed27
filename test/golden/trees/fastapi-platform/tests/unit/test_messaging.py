"""Messages without a broker: what is written, what is read, and how long is waited."""

import asyncio
import time

from infrastructure.messaging.waiting import Backoff, wait_for


def test_waits_grow_up_to_a_limit_and_begin_anew() -> None:
    backoff = Backoff(first=1, limit=5)
    for longest in (1, 2, 4, 5, 5):
        assert longest / 2 <= backoff.next() <= longest
    backoff.reset()
    assert backoff.next() <= 1


def test_not_all_wait_alike() -> None:
    assert len({Backoff(first=1, limit=5).next() for _ in range(10)}) > 1


async def test_waiting_ends_with_the_event_or_the_time() -> None:
    event = asyncio.Event()
    start = time.monotonic()
    await wait_for(event, 0.05)
    assert 0.04 < time.monotonic() - start < 5
    event.set()
    await wait_for(event, 60)
    assert time.monotonic() - start < 5
