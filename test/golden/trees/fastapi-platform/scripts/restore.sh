#!/usr/bin/env bash
# Gives back what backup.sh saved, after it has looked whether the archive is whole; nothing that is there is replaced.
set -euo pipefail

usage() {
  cat << 'END'
usage: scripts/restore.sh --list
       scripts/restore.sh --verify ARCHIVE
       scripts/restore.sh [--dry-run] ARCHIVE [--database NAME] [--redis-to FILE] [--uploads-to FOLDER] [--kubernetes-to FILE]

ARCHIVE          a name as --list prints it, a file, or latest
--list           the archives that are kept here and in the buckets
--verify         restore it on trial, where nobody sees it
--dry-run        look whether the archive is whole, and say what would be done
--database       restore the database into this one of the same server, which has to be there and be empty;
                 where RESTORED_URL is set, its server is meant instead of that of DATABASE_URL
--redis-to       write the snapshot of Redis into this file
--uploads-to     unpack the files of users into this folder, which has to be empty
--kubernetes-to  write the objects of the cluster into this file, for kubectl apply

Settings are those of backup.sh. Ends with 0, or with
  2  wrong usage or settings
  3  a backup is running
  4  no room is left
  5  where it is to be restored is not empty, or does not take it
  6  the archive is not whole, or cannot be read with this passphrase
  7  the archive is not here, and could not be fetched
END
}

# shellcheck source-path=SCRIPTDIR source=backup-settings.sh
. "$(dirname "${BASH_SOURCE[0]}")/backup-settings.sh"

mode=restore archive=
# It is named from where one stands, and written from elsewhere.
absolute() { if [[ $1 = /* ]]; then echo "$1"; else echo "$PWD/$1"; fi; }
# Where each part is to go.
declare -A to=()
while (($#)); do
  case $1 in
    --help | -h) usage && exit ;;
    --list) mode=list && shift ;;
    --verify) mode=verify && shift ;;
    --dry-run) mode=show && shift ;;
    --database) to[database]=${2:?--database needs a name} && shift 2 ;;
    --redis-to) to[redis]=$(absolute "${2:?--redis-to needs a file}") && shift 2 ;;
    --uploads-to) to[uploads]=$(absolute "${2:?--uploads-to needs a folder}") && shift 2 ;;
    --kubernetes-to) to[kubernetes]=$(absolute "${2:?--kubernetes-to needs a file}") && shift 2 ;;
    -*) usage >&2 && exit 2 ;;
    *)
      [[ -z $archive ]] || { usage >&2 && exit 2; }
      archive=$1
      shift
      ;;
  esac
done
read_targets

in_bucket() { aws s3 ls --region "${1#* }" "s3://${1% *}/$prefix/" | awk -v name="$NAME-" 'index($4, name) == 1 && /\.tar\.gpg$/ { print $4 }'; }
here() { find "$folder" -maxdepth 1 -name "$NAME-*.tar.gpg" -exec basename {} \; | sort; }

if [[ $mode = list ]]; then
  for name in $(here); do echo "$folder/$name"; done
  for target in "${targets[@]}"; do
    names=$(in_bucket "$target") || fail "$ELSEWHERE" "s3://${target% *} could not be listed"
    for name in $names; do echo "s3://${target% *}/$prefix/$name"; done
  done
  exit
fi
[[ -n $archive ]] || { usage >&2 && exit 2; }
[[ $mode != restore || ${#to[@]} -gt 0 ]] || fail "$SETTINGS" "where to? Each part that is to be restored has to be named: see --help"
read_passphrase

# Beside the archives, where there is room for one.
work=$(mktemp -d "$folder/.restore.XXXXXX") || failed "$SETTINGS" "$folder cannot be written to"
sockets=$(mktemp -d)
clean() {
  if [[ -f $work/trial/postmaster.pid ]]; then pg_ctl --pgdata="$work/trial" --silent --mode=immediate stop || true; fi
  gpgconf --homedir "$sockets" --kill gpg-agent 2> /dev/null || true
  rm -rf "$work" "$sockets"
}
trap clean EXIT
trap 'exit 143' TERM

# The archive here, or else from the buckets, the near one first.
fetch() {
  local name=$1 target from
  if [[ $name = latest ]]; then
    name=$(here | tail -n 1)
    for target in "${targets[@]}"; do
      [[ -z $name ]] || break
      name=$(in_bucket "$target" | tail -n 1) || true
    done
    [[ -n $name ]] || fail "$ELSEWHERE" "there is no archive, neither here nor in a bucket"
  fi
  if [[ $name = */* || -f $name ]]; then file=$name; else file=$folder/$name; fi
  if [[ -f $file ]]; then return; fi
  [[ $name =~ ^"$NAME"-[0-9TZ]+\.tar\.gpg$ ]] || fail "$ELSEWHERE" "there is no $file"
  file=$work/$name
  for target in "${targets[@]}"; do
    from=s3://${target% *}/$prefix/$name
    if aws s3 cp --only-show-errors --region "${target#* }" "$from" "$file" &&
      aws s3 cp --only-show-errors --region "${target#* }" "$from.sha256" "$file.sha256"; then
      say "fetched $from"
      return
    fi
  done
  failed "$ELSEWHERE" "$name is not in $folder, and could not be fetched from a bucket"
}

fetch "$archive"
if [[ -f $file.sha256 ]]; then
  (cd "$(dirname "$file")" && sha256sum -c "$(basename "$file").sha256") > /dev/null 2>&1 ||
    fail "$UNFIT" "$file is not what was written: its checksum is another"
fi
mkdir "$work/parts" || failed "$SETTINGS" "$folder cannot be written to"
encryption --decrypt "$file" | tar -C "$work/parts" -xf - || failed "$UNFIT" "$file cannot be read to its end with this passphrase"
cd "$work/parts"
sha256sum -c SHA256SUMS > /dev/null || fail "$UNFIT" "a part of $file is not what was written"

# All of it or nothing, and then as many rows in each table as there were.
load() {
  pg_restore --dbname="$1" --no-owner --no-privileges --exit-on-error --single-transaction database.dump &&
    diff -u rows.tsv <(psql -XAtq -F $'\t' -v ON_ERROR_STOP=1 -c "$COUNT_ROWS" "$1") >&2
}

try_database() {
  [[ -f database.dump && -f rows.tsv ]] || fail "$UNFIT" "$file has no dump of the database"
  (
    # A server of its own, which nobody else finds; nothing of it has to outlive a crash.
    unset PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSSLMODE
    export PGHOST=$sockets PGUSER=trial
    set -e
    initdb --pgdata="$work/trial" --username=trial --auth=trust --no-sync --encoding=UTF8 --locale=C > "$work/log" || exit
    pg_ctl --pgdata="$work/trial" --log="$work/log" --silent --wait \
      --options="-c listen_addresses= -c unix_socket_directories=$sockets -c fsync=off -c max_wal_size=256MB" start || exit
    createdb trial || exit
    load trial || exit
  ) || {
    cat "$work/log" >&2
    failed "$UNFIT" "the dump in $file cannot be restored"
  }
  say "$(wc -l < rows.tsv) tables of $file were restored on trial, each with all its rows"
}

restore_database() {
  local url
  url=$(secret RESTORED_URL) || fail "$SETTINGS" "RESTORED_URL_FILE cannot be read"
  if [[ -z $url ]]; then url=$(secret DATABASE_URL) || fail "$SETTINGS" "DATABASE_URL_FILE cannot be read"; fi
  connect "$url"
  local tables
  tables=$(psql -XAtq -c "SELECT count(*) FROM ($COUNT_ROWS) AS tables" "$1") || fail "$SOURCE" "there is no database $1 that takes us"
  ((tables == 0)) || fail "$SOURCE" "the database $1 is not empty: it has $tables tables"
  load "$1" || fail "$SOURCE" "the dump could not be restored into $1"
  say "the database $1 has $(wc -l < rows.tsv) tables, each with as many rows as were saved"
}

try_redis() {
  [[ -f redis.rdb ]] || fail "$UNFIT" "$file has no snapshot of Redis"
  redis-check-rdb redis.rdb > "$work/log" || {
    cat "$work/log" >&2
    fail "$UNFIT" "the snapshot of Redis in $file cannot be read"
  }
}

restore_redis() { write redis.rdb "$1"; }

write() {
  [[ ! -e $2 ]] || fail "$SOURCE" "$2 is there already"
  cp -- "$1" "$2" || fail "$SOURCE" "$2 could not be written"
  say "wrote $2"
}

try_uploads() { [[ ! -f uploads.tar.gz ]] || tar -tzf uploads.tar.gz > /dev/null || fail "$UNFIT" "the files of users in $file cannot be read"; }

restore_uploads() {
  [[ -f uploads.tar.gz ]] || fail "$UNFIT" "$file has no files of users"
  [[ -d $1 && -z $(ls -A "$1") ]] || fail "$SOURCE" "$1 is no empty folder"
  tar -C "$1" -xzf uploads.tar.gz || fail "$SOURCE" "the files of users could not be unpacked into $1"
  say "unpacked the files of users into $1"
}

try_kubernetes() { [[ ! -f kubernetes.json ]] || jq -e '.kind == "List"' kubernetes.json > /dev/null || fail "$UNFIT" "the objects of the cluster in $file cannot be read"; }

restore_kubernetes() {
  [[ -f kubernetes.json ]] || fail "$UNFIT" "$file has no objects of a cluster"
  write kubernetes.json "$1"
}

case $mode in
  verify)
    for part in database redis uploads kubernetes; do "try_$part"; done
    ;;
  show)
    echo "$file is whole; it holds:"
    ls -l
    for part in "${!to[@]}"; do echo "would restore: $part to ${to[$part]}"; done
    ;;
  restore)
    exec 9> "$folder/.lock"
    flock -n 9 || fail "$RUNNING" "a backup is running: $folder/.lock is held"
    for part in database redis uploads kubernetes; do
      if [[ -n ${to[$part]-} ]]; then "restore_$part" "${to[$part]}"; fi
    done
    ;;
esac
