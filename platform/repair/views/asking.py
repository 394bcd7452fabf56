"""How the desk's pages ask, and say why something was not done."""

from tenants.people.asking import REFUSALS as REFUSALS
from tenants.people.asking import did as did
from tenants.people.asking import is_dialog as is_dialog
