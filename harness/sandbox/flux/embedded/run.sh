#!/bin/sh
# Applies the pending migrations beside this script, in order, with golang-migrate's file names and history table.
# A database that is newer than the files is left alone: going down is never automatic.
set -eu
directory=$(dirname "$0")

sql() { psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --command "$1"; }

attempt=0
until sql 'SELECT 1' >/dev/null 2>&1; do
  attempt=$((attempt + 1))
  if [ "$attempt" -ge 240 ]; then
    echo "the database does not answer:" >&2
    sql 'SELECT 1' >&2
    exit 1
  fi
  sleep 0.5
done

sql "SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS public.schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)"
state=$(sql 'SELECT version, dirty FROM public.schema_migrations')
version=${state%%|*}
if [ "${state##*|}" = t ]; then
  echo "Dirty database version $version. Fix and force version." >&2
  exit 1
fi

# One row, as golang-migrate keeps it.
record() {
  sql "BEGIN; TRUNCATE public.schema_migrations;
INSERT INTO public.schema_migrations (version, dirty) VALUES ($1, $2); COMMIT"
}

last=0
for file in "$directory"/*.up.sql; do
  name=$(basename "$file")
  number=$(echo "${name%%_*}" | sed 's/^0*//')
  last=$number
  [ "$number" -gt "${version:-0}" ] || continue
  echo "applying $name"
  record "$number" true
  psql --no-psqlrc --set ON_ERROR_STOP=1 --single-transaction --file "$file"
  record "$number" false
  version=$number
  echo "applied $name"
done

if [ "${version:-0}" -gt "$last" ]; then
  echo "database is at version $version, newer than the newest file ($last): nothing done"
else
  echo "database is at version $version"
fi
