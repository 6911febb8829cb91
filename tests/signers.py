"""A throw-away authority and a certificate that may sign pictures (C2PA), made anew for each test run."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "Test Studio Signer"


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Throw-away Atelier"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(common: str, key, issuer: str, signer, *, authority: bool) -> x509.Certificate:
    now = datetime.now(UTC)
    uses = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False) | {
        "encipher_only": False,
        "decipher_only": False,
    }
    usage = x509.KeyUsage(digital_signature=not authority, key_cert_sign=authority, crl_sign=authority, **uses)
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(usage, critical=True)
    )
    if not authority:
        mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(mail, critical=False)
    return made.sign(signer, hashes.SHA256())


def private_key(key) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@cache
def chain_and_key() -> tuple[bytes, bytes]:
    """The chain (own certificate first) and the private key, both PEM; ES256."""
    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    top = _certificate("Test Root", root, "Test Root", root, authority=True)
    leaf = _certificate(NAME, own, "Test Root", root, authority=False)
    pem = serialization.Encoding.PEM
    return leaf.public_bytes(pem) + top.public_bytes(pem), private_key(own)


def another_key() -> bytes:
    return private_key(ec.generate_private_key(ec.SECP256R1()))


def install(settings, folder: Path) -> None:
    """Let this studio sign."""
    chain, key = chain_and_key()
    (folder / "chain.pem").write_bytes(chain)
    (folder / "key.pem").write_bytes(key)
    settings.C2PA_CERT, settings.C2PA_KEY = str(folder / "chain.pem"), str(folder / "key.pem")
