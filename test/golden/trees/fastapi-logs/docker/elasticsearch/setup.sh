#!/bin/bash
# Tells Elasticsearch what the logs look like, how long they are kept, and who may do what. Runs before every start of
# Logstash and Kibana; what is there already becomes what these files say.
set -euo pipefail

readonly URL=${ELASTICSEARCH_URL:-https://elasticsearch:9200}
readonly SECRETS=${SECRETS_FOLDER:-/run/secrets}
readonly FOLDER=${SETUP_FOLDER:-/setup}

# Prints a password that can stand in JSON and in curl's configuration as it is.
password_of() {
  local password
  password=$(< "$SECRETS/$1")
  if [[ ! $password =~ ^[A-Za-z0-9._~-]{32,}$ ]]; then
    echo "$1 must have 32 characters or more, of letters, digits and ._~- only" >&2
    return 1
  fi
  printf '%s' "$password"
}

elastic_password=$(password_of elastic_password)

# ask METHOD PATH: sends what comes in. The password takes a pipe, for arguments are seen by whoever lists the processes.
ask() {
  echo "$1 $2"
  curl --silent --show-error --fail-with-body --max-time 60 --retry 10 --retry-max-time 120 \
    --cacert "$SECRETS/logging_ca" --config <(printf 'user = "elastic:%s"\n' "$elastic_password") \
    --request "$1" --header 'Content-Type: application/json' --data-binary @- "$URL$2"
  echo
}

# user NAME SECRET ROLE
user() {
  local password
  password=$(password_of "$2")
  printf '{"password":"%s","roles":["%s"]}' "$password" "$3" | ask PUT "/_security/user/$1"
}

ask PUT /_ilm/policy/my_service-logs < "$FOLDER/ilm-policy.json"
ask PUT /_index_template/my_service-logs < "$FOLDER/index-template.json"

for role in logs_writer logs_reader; do
  ask PUT "/_security/role/$role" < "$FOLDER/roles/$role.json"
done
user logstash_writer logstash_password logs_writer
user log_reader log_reader_password logs_reader

kibana_password=$(password_of kibana_password)
printf '{"password":"%s"}' "$kibana_password" | ask POST /_security/user/kibana_system/_password
