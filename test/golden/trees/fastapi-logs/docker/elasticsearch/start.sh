#!/bin/bash
# Starts Elasticsearch in a container whose root file system cannot be written to. It keeps its keystore beside its settings,
# so both are laid in memory first.
set -euo pipefail
umask 0077

export ES_PATH_CONF=/run/elasticsearch
readonly HOME_FOLDER=/usr/share/elasticsearch

cp -R "$HOME_FOLDER/config/." "$ES_PATH_CONF"
cp /run/secrets/logging_ca "$ES_PATH_CONF/ca.pem"
cp /run/secrets/elasticsearch_certificate "$ES_PATH_CONF/certificate.pem"
cp /run/secrets/elasticsearch_private_key "$ES_PATH_CONF/private_key.pem"

# The password of the user elastic, from a pipe: arguments are seen by whoever lists the processes.
"$HOME_FOLDER/bin/elasticsearch-keystore" create
"$HOME_FOLDER/bin/elasticsearch-keystore" add --stdin bootstrap.password < /run/secrets/elastic_password

exec "$HOME_FOLDER/bin/elasticsearch"
