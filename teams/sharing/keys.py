"""The keys of links: 256 random bits, shown once, kept as SHA-256; there is nothing in them to guess or to look up.

The key stands behind # in a link: no server, proxy, log or referrer sees it, and a mail program that looks at the links
of a mail opens nothing. The page's own script sends it in, by POST; without scripts the link is pasted into its form.
"""

import hashlib
import secrets
from typing import Final

from django.conf import settings
from django.urls import reverse

MARK: Final = "dbffs_"  # lets secret scanners find a leaked key
LONGEST: Final = 300  # letters that are looked at


def new_key() -> str:
    return MARK + secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def link_of(key: str) -> str:
    return f"{settings.SITE_URL}{reverse('links')}#{key}"


def key_in(said: str) -> str:
    """The key of what was sent in, which may be the whole link."""
    return said[:LONGEST].strip().rpartition("#")[2]
