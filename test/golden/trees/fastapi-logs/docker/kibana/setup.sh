#!/bin/bash
# Brings the data view and the searches of saved-objects.ndjson into Kibana. Those of the same id become what the file says;
# what people made themselves stays.
set -euo pipefail

readonly URL=${KIBANA_URL:-https://kibana:5601}
readonly SECRETS=${SECRETS_FOLDER:-/run/secrets}
readonly FOLDER=${SETUP_FOLDER:-/setup}

elastic_password=$(< "$SECRETS/elastic_password")

# The password takes a pipe, for arguments are seen by whoever lists the processes.
answer=$(curl --silent --show-error --fail-with-body --max-time 120 \
  --cacert "$SECRETS/logging_ca" --config <(printf 'user = "elastic:%s"\n' "$elastic_password") \
  --header 'kbn-xsrf: true' --form "file=@$FOLDER/saved-objects.ndjson" \
  "$URL/api/saved_objects/_import?overwrite=true")

# What it could not bring in, Kibana tells with a status of success.
if [[ $answer != *'"success":true'* ]]; then
  echo "Kibana did not take all of saved-objects.ndjson: $answer" >&2
  exit 1
fi
echo "Kibana has the data view and the searches"
