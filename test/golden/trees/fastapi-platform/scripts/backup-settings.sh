# shellcheck shell=bash
# What backup.sh and restore.sh read alike: codes, secrets, and where the database is. It is sourced, not run.
set -euo pipefail
umask 077

# shellcheck disable=SC2034 # the two scripts end with them
readonly NAME=my-service SETTINGS=2 RUNNING=3 FULL=4 SOURCE=5 UNFIT=6 ELSEWHERE=7
folder=${BACKUP_FOLDER:-/backups}
prefix=${BACKUP_PREFIX:-$NAME}
# Sockets have short names, and so has the folder that they lie in.
sockets=

say() { echo "${0##*/}: $*" >&2; }

fail() {
  local code=$1
  shift
  say "$*"
  exit "$code"
}

free_kb() { df -Pk "$folder" | awk 'NR == 2 { print $4 }'; }

# Whatever it was that could not be written: that the room ran out is what has to be known.
failed() {
  local code=$1
  shift
  if (($(free_kb) < 1024)); then fail "$FULL" "no room is left in $folder: $*"; fi
  fail "$code" "$*"
}

# The value of a variable, or the content of the file that NAME_FILE names.
secret() {
  local file=$1_FILE
  if [[ -n ${!file-} ]]; then cat "${!file}"; else printf '%s' "${!1-}"; fi
}

read_passphrase() {
  passphrase=$(secret BACKUP_PASSPHRASE) || fail "$SETTINGS" "BACKUP_PASSPHRASE_FILE cannot be read"
  ((${#passphrase} >= 32)) || fail "$SETTINGS" "BACKUP_PASSPHRASE is not set, or shorter than 32 characters"
}

# Two places that archives are copied to, the second one for the day on which a whole region is gone.
read_targets() {
  targets=()
  [[ $prefix =~ ^[a-z0-9-]+$ ]] || fail "$SETTINGS" "BACKUP_PREFIX: \"$prefix\" is not lower-case letters, digits and hyphens"
  if [[ -n ${BACKUP_BUCKET-} ]]; then
    [[ -n ${BACKUP_REGION-} ]] || fail "$SETTINGS" "BACKUP_REGION has to name the region of BACKUP_BUCKET"
    targets+=("$BACKUP_BUCKET $BACKUP_REGION")
  fi
  if [[ -n ${BACKUP_SECOND_BUCKET-} ]]; then
    [[ -n ${BACKUP_SECOND_REGION-} ]] || fail "$SETTINGS" "BACKUP_SECOND_REGION has to name the region of BACKUP_SECOND_BUCKET"
    targets+=("$BACKUP_SECOND_BUCKET $BACKUP_SECOND_REGION")
  fi
}

# The passphrase by a pipe: on a command line others would see it. The agent is told nothing and asks nobody.
encryption() {
  gpg --homedir "$sockets" --batch --quiet --no-options --pinentry-mode loopback --passphrase-file <(printf '%s' "$passphrase") "$@"
}

# What is percent-encoded in a URL.
decoded() {
  local text=${1//\\/\\\\}
  printf '%b' "${text//%/\\x}"
}

# The programs of PostgreSQL are told by variables, for others would see a command line. Of what the URL has behind the `?`
# only the encryption counts: the rest is for drivers, and these programs would refuse it.
connect() {
  local url='^postgres(ql)?(\+[a-z0-9]+)?://([^:@/]+):([^@/]+)@(\[[0-9a-fA-F:]+\]|[^:/?]+)(:([0-9]+))?/([^?]+)(\?.*)?$'
  [[ $1 =~ $url ]] || fail "$SETTINGS" "the URL of the database is no postgresql://user:<password>@host:port/name"
  local host=${BASH_REMATCH[5]} query=${BASH_REMATCH[9]}
  PGUSER=$(decoded "${BASH_REMATCH[3]}")
  PGPASSWORD=$(decoded "${BASH_REMATCH[4]}")
  PGHOST=${host//[\[\]]/}
  PGPORT=${BASH_REMATCH[7]:-5432}
  PGDATABASE=$(decoded "${BASH_REMATCH[8]}")
  export PGUSER PGPASSWORD PGHOST PGPORT PGDATABASE
  if [[ $query =~ [?\&]sslmode=([a-z-]+) ]]; then export PGSSLMODE=${BASH_REMATCH[1]}; fi
}

# Tables whose rows a dump holds, each with how many: not those of the server, nor of extensions.
# shellcheck disable=SC2034 # both scripts send it
readonly COUNT_ROWS="
  SELECT format('%I.%I', n.nspname, c.relname) COLLATE \"C\" AS name,
    (xpath('/row/count/text()', query_to_xml(format('SELECT count(*) FROM %I.%I', n.nspname, c.relname), false, true, '')))[1]
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY name"
