# SPDX-License-Identifier: MIT
"""Runs keys/ca, reads what it wrote, and lets two certificates meet."""

import datetime
import ssl
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEYS = Path(__file__).resolve().parents[3] / "keys"
CA = KEYS / "ca"
LEAVES = ["discount", "catalog", "admin"]
SET = {"ca.crt", "ca.key", "ca.crl"} | {f"{name}.{end}" for name in LEAVES for end in ("crt", "key")}
DAY = datetime.timedelta(days=1)


def run_ca(*arguments, program=CA, prefix=(), **options):
    return subprocess.run([*prefix, str(program), *map(str, arguments)], text=True, capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL, **options)


def succeed(*arguments, **options):
    result = run_ca(*arguments, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def refuse(*arguments, **options):
    """Runs a command that must fail with nothing but one line, and returns the line."""
    result = run_ca(*arguments, **options)
    assert result.returncode != 0
    assert result.stdout == ""
    assert result.stderr.startswith("keys/ca: ") and result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def snapshot(path):
    return {file.relative_to(path): (file.stat().st_ino, file.stat().st_mtime_ns, file.stat().st_mode)
            for file in [path, *path.rglob("*")]}


def files_in(path):
    return {file.name for file in path.iterdir() if file.is_file()} if path.exists() else set()


def load(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def extension(certificate, kind):
    return certificate.extensions.get_extension_for_class(kind)


def sans(certificate):
    return sorted(str(name.value) for name in extension(certificate, x509.SubjectAlternativeName).value)


def load_key(path):
    return serialization.load_pem_private_key(path.read_bytes(), None)


def public_bytes(key):
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def revoked_serials(path):
    crl = x509.load_pem_x509_crl((path / "ca.crl").read_bytes())
    assert crl.is_signature_valid(load(path / "ca.crt").public_key())
    return {entry.serial_number for entry in crl}


def status(path):
    """The status command: its exit status, the rows of its table by name, and its other lines."""
    result = run_ca("status", "--dir", path)
    rows = {}
    for line in result.stdout.splitlines()[1:]:
        *cells, state = line.split(maxsplit=5)
        rows[cells[0]] = [*cells, state]
    return result.returncode, rows, result.stderr.splitlines()


def state_of(path, name):
    return status(path)[1][name][-1]


def write_leaf(path, name, begins, ends, ca=None, identity=None, usage=ExtendedKeyUsageOID.CLIENT_AUTH):
    """Puts a leaf with chosen dates in place of NAME, signed by the authority of the directory ca."""
    ca = ca or path
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = load(ca / "ca.crt").subject
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(begins).not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName(
            [x509.UniformResourceIdentifier(identity or f"spiffe://ecommerce/{name}")]), False)
        .add_extension(x509.ExtendedKeyUsage([usage]), False)
        .sign(load_key(ca / "ca.key"), hashes.SHA256())
    )
    (path / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file = path / f"{name}.key"
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    key_file.chmod(0o600)
    return certificate


def handshake(path, client="catalog", host="localhost", check_list=False, server="discount", is_strict=True):
    """
    Mutual TLS in memory between a server and a client; raises ssl.SSLError when one refuses the other. A strict client, as
    Python's is from 3.13 on, wants all that RFC 5280 does.
    """
    answering = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    answering.load_cert_chain(path / f"{server}.crt", path / f"{server}.key")
    answering.load_verify_locations(path / "ca.crt")
    answering.verify_mode = ssl.CERT_REQUIRED
    if check_list:
        answering.load_verify_locations(path / "ca.crl")
        answering.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    caller = ssl.create_default_context(cafile=path / "ca.crt")
    strict = ssl.VERIFY_X509_STRICT
    caller.verify_flags = caller.verify_flags | strict if is_strict else caller.verify_flags & ~strict
    caller.load_cert_chain(path / f"{client}.crt", path / f"{client}.key")
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [caller.wrap_bio(down, up, server_hostname=host), answering.wrap_bio(up, down, server_side=True)]
    done = [False, False]
    for _ in range(10):
        for index, end in enumerate(ends):
            try:
                end.do_handshake()
                done[index] = True
            except ssl.SSLWantReadError:
                pass
    assert all(done)
