#!/bin/bash
# Starts Logstash with its password for Elasticsearch, which the pipeline reads from the environment.
set -euo pipefail

LOGSTASH_PASSWORD=$(< /run/secrets/logstash_password)
export LOGSTASH_PASSWORD

exec /usr/share/logstash/bin/logstash
