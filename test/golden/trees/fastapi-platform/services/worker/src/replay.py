"""Gives the dead events another round of tries, once what they failed by is mended."""

import argparse
import asyncio
import os
import sys

import aio_pika

from core.settings import Settings, SettingsError, load_settings
from infrastructure.messaging.envelope import copy_of
from infrastructure.messaging.rabbitmq import RabbitMQ
from services.worker.src.handlers import create_handlers


async def replay(settings: Settings, *, dry_run: bool = False) -> list[str]:
    """Move what is dead back into the queue, and return the names; a dry run only returns them."""
    rabbitmq = RabbitMQ.create(settings)
    topology = rabbitmq.topology
    connection = await rabbitmq.connect("replay")
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        await topology.declare_queue(channel, create_handlers(settings))
        dead = await topology.declare_dead_queue(channel)
        names = []
        # Counted before, so that what dies again meanwhile is not taken a second time.
        for _ in range(dead.declaration_result.message_count or 0):
            message = await dead.get(fail=False)
            if message is None:
                break
            names.append(message.type or "unknown")
            if not dry_run:
                await channel.default_exchange.publish(copy_of(message), topology.queue)
                await message.ack()
        # What was only looked at goes back when the connection ends.
        return names


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 1 when something is in the way."""
    parser = argparse.ArgumentParser(
        prog="python -m services.worker.src.replay",
        description="Move the dead events back into the worker's queue.",
    )
    parser.add_argument("--dry-run", action="store_true", help="only list what would be moved")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings(Settings, os.environ)
        names = asyncio.run(replay(settings, dry_run=options.dry_run))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, aio_pika.exceptions.AMQPError) as error:
        print(f"The broker refuses or does not answer: {error!r}", file=sys.stderr)
        return 1
    verb = "would move" if options.dry_run else "moved"
    for name in names:
        print(f"{verb} {name}")
    if not names:
        print("there are no dead events")
    return 0


if __name__ == "__main__":
    sys.exit(main())
