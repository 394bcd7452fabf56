"""Every url of the tenant map is walled; those that stand outside the book are listed here, one by one, with their kind."""

from django.conf import settings

from api.base import ApiView
from tenants.marks import Wall
from tests.tenants.urlmap import Url, walk

ACCOUNT = {
    "batches/<str:ref>/rows-to-mend.csv",  # reads in a stay of its own, makes the file after it
    "batches/<str:ref>/confirm/",  # each row in a stay of its own
    "batches/<str:ref>/mended-file/",  # reads the file, then enters the book
    "batches/<str:ref>/results.csv",
    "orders/cancel/results.csv",
    "batches/receive/",  # stores the file, then enters the book
    "batches/template.csv",
    "batches/template.xlsx",  # as the list of rows to mend
    "imports/<str:ref>/rows-to-mend.csv",  # reads in a stay of its own, makes the file after it
    *(
        f"{place}/import/{name}"  # stores the file, then enters the book; makes a template outside
        for place in ("vehicles", "drivers", "sites", "cost-centers")
        for name in ("receive/", "template.csv", "template.xlsx")
    ),
    "orders/<str:ref>/complain/",  # stores files, then enters the book
    "complaints/<str:ref>/add/",
    "keys/",
    "keys/new/",
    "keys/<str:public_id>/",
    "keys/<str:public_id>/revoke/",
    "members/",
    "members/invite/",
    "members/<str:public_id>/",
    "members/<str:public_id>/deactivate/",
    "members/<str:public_id>/reactivate/",
    "members/invitations/<str:public_id>/resend/",
    "members/invitations/<str:public_id>/revoke/",
}
TOKEN = {
    "files/photo/<str:token>/",
    "files/<str:token>/",
    "check/<slug:code>/",  # a paper's own code: whoever holds it may ask
}
OPEN = {
    "accounts/2fa/",
    "accounts/login/",
    "accounts/logout/",
    "accounts/password/change/",
    "accounts/password/reset/",
    "accounts/reauthenticate/",
    "api/v1/docs/",
    "api/v1/schema",
    "healthz",
    "language/",
}


def enters_by_itself(url: Url) -> bool:
    """A view of the API reads the request outside and runs its handler inside; its base sees to both."""
    return issubclass(getattr(url.view, "cls", object), ApiView)


def test_what_stands_outside_the_book_is_listed() -> None:
    urls = [url for url in walk(settings.TENANT_URLCONF) if not enters_by_itself(url)]
    for wall, expected in ((Wall.ACCOUNT, ACCOUNT), (Wall.TOKEN, TOKEN), (Wall.OPEN, OPEN)):
        assert {url.route for url in urls if url.wall == wall} == expected, wall
    assert any(url.wall == Wall.BOOK for url in urls)


def test_every_other_url_of_the_api_enters_by_itself() -> None:
    api = [url for url in walk(settings.TENANT_URLCONF) if url.route.startswith("api/")]
    assert api
    for url in api:
        assert (enters_by_itself(url) and url.wall == Wall.ACCOUNT) or url.route in OPEN, url.route


def test_no_open_url_takes_an_object() -> None:
    """What is open shows no tenant's data: there is nothing to name."""
    assert [url.route for url in walk(settings.TENANT_URLCONF) if url.wall == Wall.OPEN and url.arguments] == []


def test_no_route_is_served_twice() -> None:
    routes = [url.route for url in walk(settings.TENANT_URLCONF)]
    assert sorted(set(routes)) == sorted(routes)
