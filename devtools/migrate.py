"""A new server's first step and every release's: both logins where an administrator's URL is given, then migrations."""

import os
import subprocess
import sys
from urllib.parse import unquote, urlsplit

from devtools.paths import ROOT, complain, say
from devtools.postgres import Names, make_logins


def login_of(url: str) -> tuple[str, str]:
    """Return the login and the password of a database URL."""
    parts = urlsplit(url)
    return unquote(parts.username or ""), unquote(parts.password or "")


def main() -> int:
    """Make the logins of DATABASE_URL and DATABASE_OWNER_URL through ADMIN_DATABASE_URL, then migrate everything."""
    urls = [os.environ.get(name, "") for name in ("DATABASE_URL", "DATABASE_OWNER_URL")]
    if not all(urls):
        complain("Set DATABASE_URL and DATABASE_OWNER_URL.")
        return 2
    admin_url = os.environ.get("ADMIN_DATABASE_URL")
    if admin_url:
        (application, application_password), (owner, owner_password) = map(login_of, urls)
        names = Names(
            database=urlsplit(urls[0]).path.lstrip("/"),
            owner=owner,
            application=application,
            passwords={owner: owner_password, application: application_password},
        )
        make_logins(admin_url=admin_url, names=names, for_tests=False)
        say("Both logins are there.")
    return subprocess.run([sys.executable, "manage.py", "migrate_all"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
