"""A private certificate authority and a server certificate for loopback, so that https can be tested without a network."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.servers.server_process import ServerCertificate

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def make_certificate(folder: Path, *, names: tuple[str, ...] = LOOPBACK, expires_at: datetime | None = None) -> ServerCertificate:
    """Writes ca.pem, server.pem and server.key into `folder`; valid from ten days ago to `expires_at` (default: in a day)."""
    begins_at = datetime.now(tz=UTC) - timedelta(days=10)
    ends_at = expires_at or datetime.now(tz=UTC) + timedelta(days=1)
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Interlinear test authority")])

    def sign(subject: x509.Name, public_key: ec.EllipticCurvePublicKey, *extensions: tuple[x509.ExtensionType, bool]) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(authority_name).public_key(public_key)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins_at).not_valid_after(ends_at)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(authority_key, hashes.SHA256())

    authority = sign(authority_name, authority_key.public_key(), (x509.BasicConstraints(ca=True, path_length=0), True), (_signs_certificates(), True))
    server = sign(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]),
        server_key.public_key(),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.SubjectAlternativeName([_general_name(name) for name in names]), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
    )
    files = ServerCertificate(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    files.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    files.certificate.write_bytes(server.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(server_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return files


def _signs_certificates() -> x509.KeyUsage:
    others = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
    return x509.KeyUsage(key_cert_sign=True, crl_sign=True, **dict.fromkeys(others, False))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
