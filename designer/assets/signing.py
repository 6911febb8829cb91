"""Puts provenance into every file that the studio makes: XMP always, Content Credentials when a key is set up."""

import hashlib
import logging
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from designer.assets import credentials, provenance, sandbox
from designer.assets.credentials import Action, CredentialsError, Signing
from designer.assets.images import ImageRefused, Normalised
from designer.assets.provenance import Facts
from designer.assets.sniffing import kind_of

CARRIERS: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}
MAX_NAME: Final = 200  # characters
log = logging.getLogger(__name__)


def current() -> Signing | None:
    """Who signs here; None where nobody does, or where the files cannot be read (which is logged)."""
    if not (settings.C2PA_CERT and settings.C2PA_KEY):
        return None
    try:
        return read_signing()
    except OSError as error:
        log.error("Content Credentials are off: %s", error)
        return None


def read_signing() -> Signing:
    """The certificate chain and key from their files. Raises OSError."""
    chain, key = Path(settings.C2PA_CERT).read_bytes(), Path(settings.C2PA_KEY).read_bytes()
    return Signing(chain=chain, key=key, algorithm=settings.C2PA_ALG)


def put_into(picture: Normalised, said: dict[str, Any], parent: tuple[bytes, str] | None) -> None:
    """Write how the picture came to be into its file and, briefly, into its thumbnails. Never fails for the signature:
    a picture that was paid for is kept without one, and says so."""
    facts = Facts.of(said)
    picture.data, note = written(picture.data, picture.media_type, facts, "edited" if parent else "created", parent)
    if note:
        picture.facts["credentials"] = note
    small = Facts(digital_source_type=facts.digital_source_type)
    picture.thumbnails = {
        width: provenance.embed(data, "image/webp", small) for width, data in picture.thumbnails.items()
    }


def written(
    data: bytes, media_type: str, facts: Facts, action: Action, parent: tuple[bytes, str] | None
) -> tuple[bytes, dict[str, str]]:
    """The file with its provenance, and what became of its signature ({} where nobody signs)."""
    marked = provenance.embed(data, media_type, facts)
    signing = current()
    if signing is None:
        return marked, {}
    try:
        signed = credentials.sign(marked, media_type, facts, signing=signing, action=action, parent=parent)
    except CredentialsError as error:
        log.error("a picture was stored unsigned: %s %s", error.message, error.remedy)
        return marked, {"state": "unsigned", "reason": error.message}
    return signed, {"state": "signed"}


def report(data: bytes, media_type: str, sha256: str) -> dict[str, Any]:
    """What a stored file says of itself, whether it is the one that was stored, and whether its signature holds."""
    facts = provenance.read(data, media_type)
    checked = credentials.check(data, media_type)
    intact = hashlib.sha256(data).hexdigest() == sha256
    state = "broken" if not intact and checked.state in ("valid", "unsigned") else checked.state
    problems = list(checked.problems) + ([] if intact else ["This is not the file that was stored: its hash differs."])
    return {
        "file": {name: getattr(facts, name) for name in Facts.__slots__} if facts else None,
        "intact": intact,
        "credentials": {
            "state": state,
            "signer": checked.signer,
            "issuer": checked.issuer,
            "algorithm": checked.algorithm,
            "actions": list(checked.actions),
            "parents": checked.parents,
            "problems": problems,
            "details": list(checked.details),
        },
        "summary": summary_of(state, checked.signer, checked.issuer, problems),
    }


def checked_upload(data: bytes) -> dict[str, Any]:
    """What the credentials that came along with a file are worth, read in the sandbox. `state`: valid, broken, or
    unchecked, where the library is missing or made nothing of them, its certificate ran out, or they lie elsewhere."""
    media_type = CARRIERS.get(kind_of(data) or "")
    try:
        told = sandbox.check_credentials(data, media_type, _own_chain()) if media_type else {}
    except ImageRefused:
        told = {}
    if told.get("state") not in ("valid", "broken"):
        return {"state": "unchecked", "problems": list(told.get("problems") or [])}
    names = {name: "".join(filter(str.isprintable, told[name]))[:MAX_NAME] for name in ("signer", "issuer")}
    return {"state": told["state"], "ours": told["ours"], **names, "problems": told["problems"]}


def _own_chain() -> str:
    signing = current()
    return signing.chain.decode("ascii", "ignore") if signing else ""


def summary_of(state: str, signer: str, issuer: str, problems: list[str]) -> str:
    """One sentence for people."""
    if state == "broken":
        return f"Content Credentials: broken. {problems[0] if problems else 'The file was changed.'}"
    if state == "valid":
        by = f"{signer} ({issuer})" if signer and issuer else signer or issuer or "an unnamed signer"
        return f"Content Credentials: signed by {by}, valid."
    if state == "unsigned":
        return "Content Credentials: not signed. The file is the one that was stored."
    return f"Content Credentials cannot be checked here. {' '.join(problems)}".rstrip()
