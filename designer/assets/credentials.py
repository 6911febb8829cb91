"""Content Credentials (C2PA): signs a finished file and says whether a file's signature holds. No Django.

The official library does the work; it is loaded on first use, for it is large and only signed studios need it. What is
claimed: that this program made the picture (`c2pa.created`) or changed one (`c2pa.opened`, `c2pa.edited`, the earlier
file as ingredient), or wrote it in another format (`c2pa.converted`), each with IPTC's digital source type.
Any change of a byte afterwards breaks the signature, so a file is signed last. Nothing is fetched to check one.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from designer.assets.provenance import DRAWN, PROGRAM, Facts

ALGORITHMS: Final = ("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519")
ASSERTION: Final = "example.designer-bff.provenance"
TOLERATED: Final = "signingCredential.untrusted"  # whom to trust is for the reader's own list to say
OFFLINE: Final = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
CHANGED: Final = "The file was changed after it was signed."
RETOLD: Final = "What it says of its making was changed after it was signed."
WORDS: Final = {  # the library's codes (C2PA 2.2, 15.2.2), as people say them
    "assertion.dataHash.mismatch": CHANGED,
    "assertion.boxesHash.mismatch": CHANGED,
    "assertion.bmffHash.mismatch": CHANGED,
    "assertion.collectionHash.mismatch": CHANGED,
    "assertion.hashedURI.mismatch": RETOLD,
    "claimSignature.mismatch": RETOLD,
    "claimSignature.outsideValidity": "It was signed when its certificate was not valid.",
    "signingCredential.expired": "Its certificate has expired since, and no time stamp says when it was signed.",
    "signingCredential.invalid": "Its certificate is not one that may sign pictures.",
    "signingCredential.ocsp.revoked": "Its certificate was revoked.",
}
# without a time stamp nobody can tell an honest old file from a forged one
EXPIRED: Final = "signingCredential.expired"
ELSEWHERE: Final = "They lie at another place, and nothing is fetched to check them."
NO_SENSE: Final = "They cannot be read, or contradict themselves."
State = Literal["valid", "unsigned", "broken", "unavailable"]
Action = Literal["created", "edited", "converted"]


class CredentialsError(Exception):
    """A file that could not be signed; `remedy` is for the operator."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Who signs: the certificate chain (PEM, own certificate first) and its private key (PEM, PKCS #8)."""

    chain: bytes = field(repr=False)
    key: bytes = field(repr=False)
    algorithm: str = "es256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a file's credentials are worth. `ours`: the signature itself holds and is by the certificate asked about;
    `actions`: what was done to the picture, with its source types; `parents`: pictures it was made from; `problems`:
    why it is broken or cannot be checked, for people; `details`: the same in the library's words."""

    state: State
    ours: bool = False
    signer: str = ""
    issuer: str = ""
    algorithm: str = ""
    actions: tuple[dict[str, str], ...] = ()
    parents: int = 0
    problems: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


def sign(
    data: bytes,
    media_type: str,
    facts: Facts,
    *,
    signing: Signing,
    action: Action = "created",
    parent: tuple[bytes, str] | None = None,
) -> bytes:
    """The file with a signed manifest in it; the pixels and the rest stay. `parent`: the earlier file and its type.

    Raises CredentialsError when the certificate, the key and the library do not go together.
    """
    c2pa = _library()
    try:
        about = c2pa.C2paSignerInfo(signing.algorithm.encode(), signing.chain, signing.key, None)
        with (
            c2pa.Signer.from_info(about) as signer,
            c2pa.Context.from_dict({"builder": {"thumbnail": {"enabled": False}}}) as context,
            c2pa.Builder(_manifest(media_type, facts, action, with_parent=parent is not None), context) as builder,
        ):
            if parent is not None:
                builder.add_ingredient(json.dumps(_ingredient(facts)), parent[1], io.BytesIO(parent[0]))
            signed = io.BytesIO()
            builder.sign(signer, media_type, io.BytesIO(data), signed)
    except (c2pa.C2paError, ValueError, OSError) as error:
        raise CredentialsError(f"The file could not be signed: {error}", REMEDY) from error
    return signed.getvalue()


REMEDY: Final = (
    "C2PA_CERT must hold the whole certificate chain (PEM, the signing certificate first, made for e-mail protection "
    "or document signing), C2PA_KEY the matching private key (PEM, PKCS #8), C2PA_ALG their algorithm."
)


def problem_of(signing: Signing) -> str:
    """What is wrong with a certificate and key, tried on a picture of one pixel; "" if nothing is."""
    try:
        checked = check(sign(_pixel(), "image/png", Facts(digital_source_type=DRAWN), signing=signing), "image/png")
    except CredentialsError as error:
        return error.message
    return "" if checked.state == "valid" else f"The signature does not hold: {'; '.join(checked.details)}"


def check(data: bytes, media_type: str, *, own: str = "") -> Checked:
    """Whether the file carries credentials, whose, and whether they hold. `own`: the chain (PEM) of the certificate
    that is asked about."""
    try:
        c2pa = _library()
    except CredentialsError as error:
        return Checked(state="unavailable", problems=(error.message,))
    asked = OFFLINE | ({"trust": {"user_anchors": own}} if own else {})
    try:
        with (
            c2pa.Context.from_dict(asked) as context,
            c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader,
        ):
            told, results = json.loads(reader.json()), reader.get_validation_results() or {}
    except c2pa.C2paError as error:
        if "ManifestNotFound" in f"{type(error).__name__}{error}":
            return Checked(state="unsigned")
        if "Remote" in type(error).__name__ or str(error).startswith("Remote:"):
            return Checked(state="unavailable", problems=(ELSEWHERE,), details=(str(error),))
        return Checked(state="broken", problems=(NO_SENSE,), details=(str(error),))
    return _checked(told, results.get("activeManifest", {}), own)


def _checked(told: dict[str, Any], results: dict[str, Any], own: str) -> Checked:
    manifest = told.get("manifests", {}).get(told.get("active_manifest"), {})
    signature = manifest.get("signature_info") or {}
    failed = [row for row in results.get("failure", []) if row.get("code") != TOLERATED]
    held = {row.get("code") for row in results.get("success", [])}
    by_own_chain = held.issuperset({"claimSignature.validated", "signingCredential.trusted"})
    sound = told.get("validation_state") in ("Valid", "Trusted") and not failed
    return Checked(
        state="valid" if sound else "unavailable" if {row.get("code") for row in failed} == {EXPIRED} else "broken",
        ours=by_own_chain and str(signature.get("cert_serial_number")) == _serial(own),
        signer=str(signature.get("common_name") or ""),
        issuer=str(signature.get("issuer") or ""),
        algorithm=str(signature.get("alg") or ""),
        actions=tuple(_actions_of(manifest)),
        parents=len(manifest.get("ingredients") or []),
        problems=() if sound else tuple(dict.fromkeys(_words(row) for row in failed)) or (NO_SENSE,),
        details=tuple(f"{row.get('code')}: {row.get('explanation') or ''}" for row in failed),
    )


def _words(row: dict[str, Any]) -> str:
    return WORDS.get(str(row.get("code")), NO_SENSE)


def _serial(chain: str) -> str:
    """Of the certificate that signs; an authority signs for many, but gives no number twice (RFC 5280, 4.1.2.2)."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return str(load_pem_x509_certificates(chain.encode())[0].serial_number) if chain else ""
    except ValueError:
        return ""


def _actions_of(manifest: dict[str, Any]) -> list[dict[str, str]]:
    rows = [each for each in manifest.get("assertions") or [] if str(each.get("label", "")).startswith("c2pa.actions")]
    return [
        {"action": str(act.get("action", "")), "digital_source_type": str(act.get("digitalSourceType") or "")}
        for row in rows
        for act in row.get("data", {}).get("actions", [])
    ]


def _manifest(media_type: str, facts: Facts, action: Action, *, with_parent: bool) -> dict[str, Any]:
    done: dict[str, Any] = {"action": f"c2pa.{action}"}
    if facts.digital_source_type:
        done["digitalSourceType"] = facts.digital_source_type
    if facts.model:
        done["softwareAgent"] = {"name": facts.model}
    opened = [{"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}}] if with_parent else []
    own = {"prompt_sha256": facts.prompt_sha256, "parent": facts.parent, "operations": facts.operations}
    return {
        "claim_generator_info": [{"name": PROGRAM}],
        "format": media_type,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [*opened, done]}},
            {"label": ASSERTION, "data": {name: value for name, value in own.items() if value}},
        ],
    }


def _ingredient(facts: Facts) -> dict[str, str]:
    return {"title": facts.parent or "the picture before", "relationship": "parentOf", "label": "parent"}


def _pixel() -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "PNG")
    return file.getvalue()


def _library() -> Any:
    """Raises CredentialsError where the library is not installed or does not load."""
    try:
        import c2pa
    except (ImportError, OSError) as error:
        message = "The library for Content Credentials cannot be loaded."
        raise CredentialsError(message, "Install c2pa-python, or unset C2PA_CERT and C2PA_KEY.") from error
    return c2pa
