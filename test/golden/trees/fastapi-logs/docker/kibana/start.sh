#!/bin/bash
# Starts Kibana with its password for Elasticsearch and its key, which kibana.yml reads from the environment.
set -euo pipefail

KIBANA_PASSWORD=$(< /run/secrets/kibana_password)
KIBANA_ENCRYPTION_KEY=$(< /run/secrets/kibana_encryption_key)
export KIBANA_PASSWORD KIBANA_ENCRYPTION_KEY

exec /usr/share/kibana/bin/kibana
