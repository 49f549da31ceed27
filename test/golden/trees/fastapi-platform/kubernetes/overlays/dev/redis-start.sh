#!/bin/sh
# Starts Redis without its all-powerful default user. The application's user is kept as a hash in
# memory, and may neither administrate the server nor empty or stop it.
set -eu

hash=$(sha256sum < /run/secrets/redis/password | cut -d ' ' -f 1)
umask 077
cat > /run/redis/users.acl << END
user default off
user my_service on #$hash ~* &* +@all -@admin -@dangerous +info
END

exec redis-server --dir /data --aclfile /run/redis/users.acl "$@"
