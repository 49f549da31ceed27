#!/bin/sh
# Ends with 0 when Redis answers the application's user.
set -eu

REDISCLI_AUTH=$(cat /run/secrets/redis/password)
export REDISCLI_AUTH
exec redis-cli -e --user my_service --no-auth-warning ping
