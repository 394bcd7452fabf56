#!/bin/sh
# Finds a Python 3.11 and hands over: with-python.sh COMMAND [ARGUMENT…]. PYTHON= names one by hand.
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
cd "$here" || exit 1
for python in ${PYTHON:+"$PYTHON"} python3.11 python3 python /usr/bin/python3.11 /usr/local/bin/python3.11; do
    # Run it, do not only look for it: a pyenv shim exists for versions that are not switched on.
    if "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1; then
        exec "$python" -m devtools.bootstrap "$@"
    fi
done
echo "Baylink needs Python 3.11 and found none: install python3.11 (with its venv module) or name it, make $1 PYTHON=/path/to/python3.11" >&2
exit 1
