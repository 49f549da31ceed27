"""Says what is done about each event: the worker subscribes to the names that stand here."""

from collections.abc import Mapping

from core.settings import Settings
from infrastructure.mail.handlers import create_mail_handlers
from infrastructure.messaging.consumer import Handler
from infrastructure.persistence import item_activity


def create_handlers(settings: Settings) -> Mapping[str, Handler]:
    """Return the handlers by the name of their event."""
    return {
        "item.created": item_activity.count_created,
        "item.deleted": item_activity.count_deleted,
        **create_mail_handlers(settings),
    }
