"""Settings of pgAdmin in development; its image would write this file, and is read-only."""

CA_FILE = "/etc/ssl/certs/ca-certificates.crt"
LOG_FILE = "/dev/null"
HELP_PATH = "../../docs"
DEFAULT_BINARY_PATHS = {
    "pg": "/usr/local/pgsql-18",
    "pg-18": "/usr/local/pgsql-18",
    "pg-17": "/usr/local/pgsql-17",
    "pg-16": "/usr/local/pgsql-16",
    "pg-15": "/usr/local/pgsql-15",
}
# Nothing leaves from here, not even the question whether there is a newer version.
UPGRADE_CHECK_ENABLED = False
# It keeps no password: a second one to guard them would guard nothing.
MASTER_PASSWORD_REQUIRED = False
ALLOW_SAVE_PASSWORD = False
