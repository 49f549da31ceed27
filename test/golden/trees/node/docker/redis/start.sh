#!/bin/sh
# Starts Redis without its all-powerful default user. The application's user is kept as a hash in
# memory, and may neither administrate the server nor empty or stop it.
set -eu

hash=$(printf '%s' "$REDISCLI_AUTH" | sha256sum | cut -d ' ' -f 1)
umask 077
cat > /run/redis/users.acl << EOF
user default off
user my_service on #$hash ~* &* +@all -@admin -@dangerous +info
EOF
unset REDISCLI_AUTH hash

exec redis-server --dir /data --aclfile /run/redis/users.acl "$@"
