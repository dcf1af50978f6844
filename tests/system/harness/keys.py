# SPDX-License-Identifier: MIT
"""Keys: what keys/ca makes, and by hand the certificates that it would never make."""
import datetime
import ipaddress
import shutil
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from harness.paths import ROOT
from harness.process import run

CA = ROOT / "keys" / "ca"


class Keys:
    """A directory as `keys/ca make` leaves it."""

    def __init__(self, path):
        self.path = Path(path)

    def file(self, name):
        return self.path / name

    def read(self, name):
        return self.file(name).read_bytes()

    def pair(self, name):
        """The private key and the certificate of that name, PEM bytes."""
        return self.read(f"{name}.key"), self.read(f"{name}.crt")

    def ask(self, *words):
        """Runs keys/ca on this directory."""
        done = run([CA, words[0], "--dir", self.path, *words[1:]])
        assert done.returncode == 0, done.stderr
        return done.stdout

    def copy(self, directory):
        """The same keys in another directory, to be changed there."""
        shutil.copytree(self.path, directory, dirs_exist_ok=True)
        return Keys(directory)


def make_keys(directory):
    """A new authority and its three pairs."""
    keys = Keys(directory)
    keys.ask("make")
    return keys


def sign(keys, name, identity, usage, names=(), days=(-1, 30)):
    """
    Writes NAME.key and NAME.crt into the directory of `keys`, signed by its authority: identity is the URI name,
    usage "client" or "server", names further DNS names and addresses, days the validity counted from today.
    """
    authority = x509.load_pem_x509_certificate(keys.read("ca.crt"))
    authority_key = serialization.load_pem_private_key(keys.read("ca.key"), None)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.utcnow().replace(microsecond=0)
    alternatives = [x509.UniformResourceIdentifier(identity)] if identity else []
    alternatives += [_general_name(each) for each in names]
    purpose = ExtendedKeyUsageOID.CLIENT_AUTH if usage == "client" else ExtendedKeyUsageOID.SERVER_AUTH
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=days[0]))
        .not_valid_after(now + datetime.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
    )
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    certificate = builder.sign(authority_key, hashes.SHA256())
    keys.file(f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    keys.file(f"{name}.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return name


def _general_name(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def serial_of(certificate):
    """The serial number of a certificate, PEM bytes."""
    return x509.load_pem_x509_certificate(certificate).serial_number
