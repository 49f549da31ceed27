"""Settings for tests: valid, with services at which nobody answers."""

from core.settings import Settings, load_settings

SYSTEM_HEALTH_TOKEN = "system-health-token-of-the-tests-0"
METRICS_TOKEN = "metrics-token-of-the-tests-000000000"
JWT_SECRET_KEY = "jwt-secret-key-of-the-tests-00000000"

# Nothing listens on port 1, so that connecting fails at once.
ENVIRON = {
    "ENVIRONMENT": "development",
    "SYSTEM_HEALTH_TOKEN": SYSTEM_HEALTH_TOKEN,
    "DRAIN_DELAY_SECONDS": "0",
    "DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "RABBITMQ_URL": "amqp://nobody:nothing@127.0.0.1:1/",
    "JWT_SECRET_KEY": JWT_SECRET_KEY,
    "PUBLIC_URL": "https://service.test",
    "SMTP_URL": "smtp://127.0.0.1:1",
    "MAIL_FROM": "no-reply@service.test",
    # The least there is: the tests hash many passwords.
    "BCRYPT_COST": "4",
    # All tests come from one address.
    "AUTH_LIMIT_PER_CLIENT": "1000000",
}


def make_settings(**variables: str) -> Settings:
    """Return settings with some variables of one's own, by their names in the environment."""
    return load_settings(Settings, ENVIRON | variables)
