#!/usr/bin/env bash
# What Dockerfiles on alpine images call, under whose names this script is linked, done with Debian's packages and
# programs. A package of another version than the one that is asked for is a fault here, too.
#   apk add --no-cache NAME=~MAJOR|NAME>=MAJOR...
#   addgroup -g GID NAME
#   adduser -D -H -h HOME -G GROUP -u UID NAME
set -euo pipefail

# The images' own path has no programs of root's.
PATH=$PATH:/usr/sbin:/sbin
declare -A debian_names=([aws-cli]=awscli ['libstdc++']='libstdc++6')

refuse() {
  echo "${0##*/}: the stand-in does not know: $*" >&2
  exit 2
}

install_package() { # NAME=~MAJOR
  [[ $1 =~ ^([a-z0-9+-]+)(=~|>=)([0-9]+)$ ]] || refuse "$1"
  local wanted=${BASH_REMATCH[3]} exactly=${BASH_REMATCH[2]} name=${BASH_REMATCH[1]} version
  name=${debian_names[$name]:-$name}
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --quiet --no-install-recommends "$name" > /dev/null
  version=$(dpkg-query --show --showformat '${Version}' "$name")
  version=${version#*:}
  version=${version%%.*}
  if [[ $exactly == '>=' ]]; then ((version >= wanted)); else ((version == wanted)); fi || refuse "$1, for there is $version"
}

case ${0##*/}:$* in
  apk:add\ --no-cache\ *)
    apt-get update --quiet --quiet
    for package in "${@:3}"; do install_package "$package"; done
    apt-get clean
    rm -rf /var/lib/apt/lists/*
    ;;
  addgroup:-g\ *)
    # Debian has accounts that alpine has not.
    userdel "$3" 2> /dev/null || true
    groupdel "$3" 2> /dev/null || true
    groupadd --gid "$2" "$3"
    ;;
  adduser:-D\ -H\ -h\ *)
    [[ $5:$7 == -G:-u ]] || refuse "$*"
    useradd --no-create-home --home-dir "$4" --gid "$6" --uid "$8" "$9"
    ;;
  *) refuse "$*" ;;
esac
