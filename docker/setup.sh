#!/bin/bash
# Makes Campo's database if there is none, or brings an existing one up to this image's version.
# Run by the service "setup" of compose.yaml before Odoo starts; it may be run again at any time.
set -euo pipefail

PGPASSWORD=$(<"$PASSWORD_FILE")
export PGPASSWORD
# a half-made database never gets the real name
unfinished="${CAMPO_DATABASE}_unfinished"
read -ra modules <<<"$CAMPO_MODULES"

answer=$(psql -d postgres -At -v name="$CAMPO_DATABASE" <<<"SELECT 1 FROM pg_database WHERE datname = :'name'")
if [ -z "$answer" ]; then
    echo "Making the database $CAMPO_DATABASE. This takes some minutes."
    options=(--language "$CAMPO_LANGUAGE" --country "$CAMPO_COUNTRY" --force)
    if [ "$CAMPO_DEMO" = yes ]; then
        options+=(--with-demo)
    fi
    odoo db init "$unfinished" "${options[@]}" --password "$(<"$ADMIN_PASSWORD_FILE")"
    odoo module install -d "$unfinished" "${modules[@]}"
    odoo db rename "$unfinished" "$CAMPO_DATABASE"
else
    odoo module upgrade -d "$CAMPO_DATABASE" --outdated all
fi
echo "The database $CAMPO_DATABASE is ready."
