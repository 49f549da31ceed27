#!/usr/bin/env bash
# Waits until a URL answers.
set -euo pipefail

curl --silent --fail --retry 10 "$1" >/dev/null
docker ps --format '{{.Names}}'
mktemp -d /tmp/shop.XXXXXX
