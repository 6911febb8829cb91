"""The keys of links: 256 bits, kept as SHA-256; there is nothing in them to guess or to look up.

A key follows from the share's id by an HMAC with the site's secret, so that it can be told again to who asked twice by
a double click or over a line that broke; a copy of the database makes none. The key stands behind # in a link: no
server, proxy, log or referrer sees it, and a mail program that looks at the links of a mail opens nothing. The page's
own script sends it in, by POST; without scripts the link is pasted into its form.
"""

import base64
import hashlib
from typing import Final
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

MARK: Final = "dbffs_"  # lets secret scanners find a leaked key
LONGEST: Final = 300  # letters that are looked at


def key_of(share_id: UUID) -> str:
    digest = salted_hmac("teams.sharing.key", share_id.hex, algorithm="sha256").digest()
    return MARK + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def link_of(key: str) -> str:
    return f"{settings.SITE_URL}{reverse('links')}#{key}"


def key_in(said: str) -> str:
    """The key of what was sent in, which may be the whole link."""
    return said[:LONGEST].strip().rpartition("#")[2]
