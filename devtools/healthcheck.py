"""Asks this container's web server whether all parts are up. Standard library only."""

import http.client
import os
import sys


def main() -> int:
    """Return 0 when /healthz answers 200."""
    port = int(os.environ.get("PORT", "8000"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": os.environ.get("BASE_DOMAIN", "baylink.localhost")})
        return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1
    except (OSError, http.client.HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
