"""Settings for tests: valid, with services at which nobody answers."""

from core.settings import Settings, load_settings

SYSTEM_HEALTH_TOKEN = "system-health-token-of-the-tests-0"
METRICS_TOKEN = "metrics-token-of-the-tests-000000000"

# Nothing listens on port 1, so that connecting fails at once.
ENVIRON = {
    "ENVIRONMENT": "development",
    "SYSTEM_HEALTH_TOKEN": SYSTEM_HEALTH_TOKEN,
    "DRAIN_DELAY_SECONDS": "0",
    "DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def make_settings(**variables: str) -> Settings:
    """Return settings with some variables of one's own, by their names in the environment."""
    return load_settings(Settings, ENVIRON | variables)
