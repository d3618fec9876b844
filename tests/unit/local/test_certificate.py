"""The emulator's certificate is one that TLS clients accept for loopback, and only for it."""

import datetime as dt
import ipaddress
import stat
from pathlib import Path

import pytest
from cryptography import x509

from local.certificate import LIFETIME, issue_certificate


@pytest.fixture
def certificate(tmp_path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issue_certificate(tmp_path).certificate.read_bytes())


def test_it_names_loopback_and_nothing_else(certificate: x509.Certificate) -> None:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]


def test_it_cannot_sign_other_certificates(certificate: x509.Certificate) -> None:
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


def test_it_is_valid_now_and_not_for_long(certificate: x509.Certificate) -> None:
    now = dt.datetime.now(dt.UTC)

    assert certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc <= now + LIFETIME


def test_only_its_owner_reads_the_key(tmp_path: Path) -> None:
    key = issue_certificate(tmp_path).key

    assert stat.S_IMODE(key.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR


def test_every_run_has_another(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()

    assert issue_certificate(first).key.read_bytes() != issue_certificate(second).key.read_bytes()
