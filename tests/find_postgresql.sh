#!/bin/sh
# An ordinary PostgreSQL beside the embedded one, for the tests that prove both work; without root its tests are skipped.
set -eu
ls -d /usr/lib/postgresql/1[567]/bin >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-15 >/dev/null ||
        echo "PostgreSQL 15 is not to be had here; its tests are skipped."
fi
