"""The metrics of accounts; an attack shows here first."""

from prometheus_client import Counter

LOGINS = Counter("auth_logins_total", "Logins by outcome", ["outcome"])
LOCKOUTS = Counter("auth_lockouts_total", "Accounts locked after too many wrong passwords")
RATE_LIMITED = Counter(
    "auth_rate_limited_total", "Requests on accounts refused by a limit", ["action", "limit"]
)
RATE_LIMIT_ERRORS = Counter(
    "auth_rate_limit_errors_total", "Requests let pass because Redis could not be asked"
)
