"""System checks that say at start what is missing or unsafe, each with its remedy."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from designer.assets import credentials, signing


@register(Tags.security)
def secret_is_set(**_: Any) -> list[CheckMessage]:
    if settings.EMBEDDED or not settings.SECRET_KEY.startswith("embedded-only-"):
        return []
    return [Error("SECRET_KEY is not set.", hint="Set SECRET_KEY to 50 or more random characters.", id="designer.E001")]


@register(Tags.security)
def debug_is_off(**_: Any) -> list[CheckMessage]:
    if settings.EMBEDDED or not settings.DEBUG:
        return []
    return [Error("DEBUG is on in production.", hint="Unset DEBUG, or set DESIGNER_EMBEDDED=1.", id="designer.E002")]


@register(Tags.security)
def no_test_hooks(**_: Any) -> list[CheckMessage]:
    if settings.EMBEDDED or not (settings.FAULTS or settings.EXTRA_HANDLERS):
        return []
    hint = "Unset FAULTS and DESIGNER_EXTRA_HANDLERS: they exist for tests."
    return [Error("Planned faults or extra job handlers are on in production.", hint=hint, id="designer.E003")]


@register(Tags.security)
def credentials_can_sign(**_: Any) -> list[CheckMessage]:
    """Tries the key on a picture of one pixel, so that a wrong one is found before the first image is stored."""
    if not (settings.C2PA_CERT or settings.C2PA_KEY):
        return []
    if not (settings.C2PA_CERT and settings.C2PA_KEY):
        hint = "Set both C2PA_CERT and C2PA_KEY, or neither."
        return [Error("Content Credentials need a certificate and a key.", hint=hint, id="designer.E004")]
    try:
        problem = credentials.problem_of(signing.read_signing())
    except OSError as error:
        problem = f"A file cannot be read: {error}."
    if not problem:
        return []
    return [Error(f"Content Credentials cannot be signed. {problem}", hint=credentials.REMEDY, id="designer.E005")]
