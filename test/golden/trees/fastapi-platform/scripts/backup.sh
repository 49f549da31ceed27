#!/usr/bin/env bash
# Makes one encrypted archive of the database, Redis and the cluster's configuration, restores it on trial, and copies it to two regions.
set -euo pipefail

usage() {
  cat << 'END'
usage: scripts/backup.sh [--dry-run | --check | --at-its-times]

Writes $BACKUP_FOLDER/my-service-TIME.tar.gpg, which scripts/restore.sh restores, and deletes what is too old.

--dry-run       only say what would be done
--check         end with 0 when the last backup is young enough
--at-its-times  stay, and make one every 24 hours

Settings are variables; a secret may also be the content of the file that NAME_FILE names:
  DATABASE_URL            postgresql://user:<password>@host:port/name
  REDIS_URL               redis://user:<password>@host:port/0, of a user who may replicate
  BACKUP_PASSPHRASE       the archive can be read with it alone: keep it elsewhere, too
  BACKUP_FOLDER           where archives are kept (/backups)
  BACKUP_DAYS             for how long (30)
  BACKUP_BUCKET           the S3 bucket that each is copied to, in BACKUP_REGION
  BACKUP_SECOND_BUCKET    and one far away, in BACKUP_SECOND_REGION
  BACKUP_PREFIX           the folder in both, another for each environment (my-service)
  BACKUP_UPLOADS          a folder with files of users
  BACKUP_NAMESPACE        in a cluster: the namespace whose objects are saved
  BACKUP_METRICS_FOLDER   where node-exporter reads text files

Ends with 0, or with
  2  wrong usage or settings
  3  another backup is running
  4  no room is left
  5  something could not be read
  6  the archive could not be restored
  7  the archive is here, but could not be copied, or what is too old not be deleted
END
}

# shellcheck source-path=SCRIPTDIR source=backup-settings.sh
. "$(dirname "${BASH_SOURCE[0]}")/backup-settings.sh"
readonly KEPT_DAYS=30 EVERY_SECONDS=86400 FIRST_SECONDS=7200 LATE_SECONDS=7200

mode=once
case ${1-} in
  '') ;;
  --dry-run) mode=show ;;
  --check) mode=check ;;
  --at-its-times) mode=stay ;;
  --help | -h) usage && exit ;;
  *) usage >&2 && exit 2 ;;
esac
(($# <= 1)) || { usage >&2 && exit 2; }

days=${BACKUP_DAYS:-$KEPT_DAYS}
metrics=${BACKUP_METRICS_FOLDER-}
uploads=${BACKUP_UPLOADS-}
success=$folder/.last-success
[[ -d $folder && -w $folder ]] || fail "$SETTINGS" "BACKUP_FOLDER: $folder is no folder that can be written to"
[[ $days =~ ^[1-9][0-9]{0,3}$ ]] || fail "$SETTINGS" "BACKUP_DAYS: \"$days\" is no number of days"
[[ -z $uploads || -d $uploads ]] || fail "$SETTINGS" "BACKUP_UPLOADS: there is no folder $uploads"
[[ -z $metrics || -d $metrics ]] || fail "$SETTINGS" "BACKUP_METRICS_FOLDER: there is no folder $metrics"
read_targets

age_of_success() { echo $(($(date +%s) - $(cat "$success" 2> /dev/null || echo 0))); }

if [[ $mode = check ]]; then
  # A container that has just been started is given time for its first one.
  since=$(stat -c %Y "$folder/.started" 2> /dev/null || echo 0)
  allowed=$((EVERY_SECONDS + LATE_SECONDS))
  if (($(age_of_success) <= allowed || $(date +%s) - since <= allowed)); then exit 0; fi
  fail 1 "the last backup that succeeded is $(($(age_of_success) / 3600)) hours old"
fi

read_passphrase
database_url=$(secret DATABASE_URL) || fail "$SETTINGS" "DATABASE_URL_FILE cannot be read"
connect "$database_url"
redis_url=$(secret REDIS_URL) || fail "$SETTINGS" "REDIS_URL_FILE cannot be read"
[[ $redis_url =~ ^(rediss?)://([^:@/]*):([^@/]+)@([^:/?]+):?([0-9]*) ]] ||
  fail "$SETTINGS" "REDIS_URL is no redis://user:<password>@host:port/0"
redis=(redis-cli -h "${BASH_REMATCH[4]}" -p "${BASH_REMATCH[5]:-6379}" --user "${BASH_REMATCH[2]:-default}" --no-auth-warning)
if [[ ${BASH_REMATCH[1]} = rediss ]]; then redis+=(--tls); fi
REDISCLI_AUTH=$(decoded "${BASH_REMATCH[3]}")
export REDISCLI_AUTH

if [[ $mode = stay ]]; then
  touch "$folder/.started"
  # The shell waits for a child only, so that it hears the word to end at once.
  trap 'kill "$child" 2> /dev/null || true; wait || true; exit 0' TERM INT
  child=
  while true; do
    now=$(date +%s)
    wait_seconds=$((EVERY_SECONDS - (now - FIRST_SECONDS) % EVERY_SECONDS))
    # What was missed while nothing ran is made up for.
    if (($(age_of_success) < EVERY_SECONDS)) || [[ -n $child ]]; then
      say "the next one in $((wait_seconds / 60)) minutes"
      sleep "$wait_seconds" &
      child=$!
      wait "$child"
    fi
    "$0" &
    child=$!
    wait "$child" || say "failed with $?"
  done
fi

archive=$NAME-$(date -u +%Y%m%dT%H%M%SZ).tar.gpg
cutoff=$NAME-$(date -u -d "@$(($(date +%s) - days * 86400))" +%Y%m%dT%H%M%SZ).tar.gpg

if [[ $mode = show ]]; then
  echo "would write $folder/$archive with the database, Redis and the cluster's configuration"
  for target in "${targets[@]}"; do echo "would copy it to s3://${target% *}/$prefix/ in ${target#* }"; done
  echo "would delete what is older than $cutoff"
  exit
fi

exec 9> "$folder/.lock" || failed "$SETTINGS" "$folder/.lock cannot be written"
flock -n 9 || fail "$RUNNING" "another backup is running: $folder/.lock is held"
# Left behind by one that was killed; nobody else is at work.
rm -rf "$folder"/.work.*
started=$(date +%s)
work=$(mktemp -d "$folder/.work.XXXXXX") || failed "$SETTINGS" "$folder cannot be written to"
sockets=$(mktemp -d)
clean() {
  gpgconf --homedir "$sockets" --kill gpg-agent 2> /dev/null || true
  rm -rf "$work" "$sockets"
}
trap clean EXIT
trap 'exit 143' TERM
mkdir "$work/parts" || failed "$SETTINGS" "$folder cannot be written to"
cd "$work/parts"

# The dump and the trial at the same time take at most twice what the database does.
size=$(psql -XAtq -c 'SELECT pg_database_size(current_database()) / 1024') || fail "$SOURCE" "the database does not answer"
free=$(free_kb)
((free >= 2 * size)) || fail "$FULL" "$folder has $((free / 1024)) MB of room; with this database it needs $((size / 512 + 1)) MB"

# One transaction for both: the rows that are counted are those that are dumped.
mkfifo "$sockets/ask" "$sockets/answer"
psql -XAtq -F $'\t' -v ON_ERROR_STOP=1 < "$sockets/ask" > "$sockets/answer" 9>&- &
sql=$!
exec 8> "$sockets/ask" 7< "$sockets/answer"
# Should it be gone, we are told by the answer that does not come.
trap '' PIPE
ask() { printf '%s;\n' "$@" >&8 || fail "$SOURCE" "the database hung up"; }
ask "SET idle_in_transaction_session_timeout = 0" "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" "SELECT pg_export_snapshot()"
read -r snapshot <&7 || fail "$SOURCE" "the database gives no snapshot"
pg_dump --format=custom --compress=6 --snapshot="$snapshot" --file=database.dump 7<&- 8>&- 9>&- || failed "$SOURCE" "pg_dump failed"
ask "$COUNT_ROWS" "SELECT 'all'"
while read -r line <&7 && [[ $line != all ]]; do echo "$line"; done > rows.tsv || failed "$SOURCE" "rows.tsv cannot be written"
[[ ${line-} = all ]] || fail "$SOURCE" "the rows could not be counted"
exec 7<&- 8>&-
wait "$sql"

"${redis[@]}" --rdb redis.rdb > /dev/null || failed "$SOURCE" "Redis hands over no snapshot: may the user of REDIS_URL replicate?"

if [[ -n $uploads ]]; then
  # 1 says that a file changed while it was read: it is whole the next time.
  tar -C "$uploads" -czf uploads.tar.gz . || (($? == 1)) || failed "$SOURCE" "$uploads could not be read"
fi

if [[ -n ${BACKUP_NAMESPACE-} ]]; then
  account=${BACKUP_ACCOUNT_FOLDER:-/var/run/secrets/kubernetes.io/serviceaccount}
  api=https://${KUBERNETES_SERVICE_HOST:?is set in a cluster}:${KUBERNETES_SERVICE_PORT:-443}
  # Secrets are left out: they are in their store, and the role of this job may not read them.
  for path in api/v1/namespaces/NAMESPACE/configmaps api/v1/namespaces/NAMESPACE/persistentvolumeclaims api/v1/namespaces/NAMESPACE/serviceaccounts api/v1/namespaces/NAMESPACE/services apis/apps/v1/namespaces/NAMESPACE/deployments apis/autoscaling/v2/namespaces/NAMESPACE/horizontalpodautoscalers apis/batch/v1/namespaces/NAMESPACE/cronjobs apis/networking.k8s.io/v1/namespaces/NAMESPACE/ingresses apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies apis/policy/v1/namespaces/NAMESPACE/poddisruptionbudgets; do
    # The token by a file that others do not see, unlike the command line.
    curl --fail --silent --show-error --max-time 60 --cacert "$account/ca.crt" \
      --header "@"<(printf 'Authorization: Bearer %s' "$(cat "$account/token")") "$api/${path/NAMESPACE/$BACKUP_NAMESPACE}" ||
      fail "$SOURCE" "the cluster does not show ${path##*/}"
    # What others made from it, and what the server writes into an object, would keep it from being applied.
  done | jq -s '{apiVersion: "v1", kind: "List", items: [.[] | .apiVersion as $version | (.kind | rtrimstr("List")) as $kind
    | .items[] | select((.metadata.ownerReferences // []) == [] and .metadata.name != "kube-root-ca.crt")
    | {apiVersion: $version, kind: $kind} + .
    | del(.status, .metadata.uid, .metadata.resourceVersion, .metadata.generation, .metadata.creationTimestamp, .metadata.managedFields)]}' \
    > kubernetes.json || failed "$SOURCE" "the objects of $BACKUP_NAMESPACE could not be saved"
fi

[[ -n $(ls) ]] || fail "$SETTINGS" "there is nothing to save: neither BACKUP_UPLOADS nor BACKUP_NAMESPACE is set"
sha256sum -- * > ../SHA256SUMS || failed "$SOURCE" "the parts could not be summed up"
mv ../SHA256SUMS .
tar -cf - . | encryption --symmetric --cipher-algo AES256 --s2k-digest-algo SHA512 --s2k-count 65011712 --compress-algo none \
  --output "$work/$archive" 9>&- ||
  failed "$SOURCE" "the archive could not be written"
cd "$work"
rm -rf parts
sha256sum "$archive" > "$archive.sha256" || failed "$SOURCE" "the archive could not be summed up"

# What is restored on trial is the archive itself, by the script that restores it when it counts.
"$(dirname "${BASH_SOURCE[0]}")/restore.sh" --verify "$work/$archive" 9>&- || {
  code=$?
  ((code != FULL)) || fail "$FULL" "no room is left in $folder for the trial"
  fail "$UNFIT" "the archive cannot be restored; nothing was kept of it"
}
mv "$archive" "$archive.sha256" "$folder/"
sync "$folder"
bytes=$(wc -c < "$folder/$archive")
say "$folder/$archive has $bytes bytes and was restored on trial"

for target in "${targets[@]}"; do
  bucket=${target% *} region=${target#* }
  for file in "$archive" "$archive.sha256"; do
    aws s3 cp --only-show-errors --region "$region" "$folder/$file" "s3://$bucket/$prefix/$file" ||
      fail "$ELSEWHERE" "$folder/$file could not be copied to s3://$bucket in $region"
  done
  there=$(aws s3 ls --region "$region" "s3://$bucket/$prefix/$archive" | awk -v name="$archive" '$4 == name { print $3 }')
  [[ $there = "$bytes" ]] || fail "$ELSEWHERE" "s3://$bucket in $region has ${there:-no} bytes of $archive instead of $bytes"
  say "copied to s3://$bucket/$prefix/ in $region"
done

# Names sort as their times do. A new one is there, so that never all go.
for file in "$folder/$NAME"-*.tar.gpg; do
  if [[ ${file##*/} < $cutoff ]]; then rm -f "$file" "$file.sha256"; fi
done
for target in "${targets[@]}"; do
  bucket=${target% *} region=${target#* }
  kept=$(aws s3 ls --region "$region" "s3://$bucket/$prefix/") || fail "$ELSEWHERE" "s3://$bucket in $region could not be listed"
  while read -r _ _ _ file; do
    if [[ $file = "$NAME"-*.tar.gpg* && $file < $cutoff ]]; then
      aws s3 rm --only-show-errors --region "$region" "s3://$bucket/$prefix/$file" ||
        fail "$ELSEWHERE" "$file could not be deleted from s3://$bucket in $region"
    fi
  done <<< "$kept"
done

date +%s > "$success"
if [[ -n $metrics ]]; then
  cat > "$metrics/.backup.prom" << END
# HELP backup_last_success_timestamp_seconds When the last backup that succeeded had been copied.
# TYPE backup_last_success_timestamp_seconds gauge
backup_last_success_timestamp_seconds $(date +%s)
# HELP backup_last_duration_seconds How long it took, with its trial.
# TYPE backup_last_duration_seconds gauge
backup_last_duration_seconds $(($(date +%s) - started))
# HELP backup_size_bytes How large its archive is.
# TYPE backup_size_bytes gauge
backup_size_bytes $bytes
END
  # Read by another user, and never by half.
  chmod 0644 "$metrics/.backup.prom"
  mv "$metrics/.backup.prom" "$metrics/backup.prom"
fi
