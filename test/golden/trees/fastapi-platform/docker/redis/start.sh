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
# In production an exporter reads the state of the server, and no data.
if [ -n "${REDIS_EXPORTER_PASSWORD:-}" ]; then
  hash=$(printf '%s' "$REDIS_EXPORTER_PASSWORD" | sha256sum | cut -d ' ' -f 1)
  echo "user monitoring on #$hash -@all +ping +info" >> /run/redis/users.acl
  unset REDIS_EXPORTER_PASSWORD
fi
# In production. It copies what there is, as a replica does, and may do nothing else.
if [ -n "${REDIS_BACKUP_PASSWORD-}" ]; then
  hash=$(printf '%s' "$REDIS_BACKUP_PASSWORD" | sha256sum | cut -d ' ' -f 1)
  echo "user backup on #$hash -@all +ping +psync +replconf +sync" >> /run/redis/users.acl
  unset REDIS_BACKUP_PASSWORD
fi
unset REDISCLI_AUTH hash

exec redis-server --dir /data --aclfile /run/redis/users.acl "$@"
