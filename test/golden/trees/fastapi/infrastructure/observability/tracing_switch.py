"""Starts tracing when the settings want it, and otherwise does not even load it."""

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncEngine

from core.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider


def start_tracing_if_enabled(engine: AsyncEngine, settings: Settings) -> "TracerProvider | None":
    """Return the provider, whose shutdown sends what is left; None when tracing is off."""
    if not settings.otel_enabled:
        return None
    # Here, so that who does not trace does not load the instrumentation.
    # pylint: disable-next=import-outside-toplevel
    from infrastructure.observability.tracing import start_tracing

    return start_tracing(engine, settings)
