"""Whose tokens are taken: the algorithm, the key and the form of a token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from tests.security.token_makers import (
    SECRET,
    checking,
    coded,
    jwk,
    octets,
    private,
    refusal,
    signed_by,
    token,
    unsigned,
)

GOOD = token({"role": "read"})


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, 0, [], ["HS256"], {"HS256": 1}, "hs256"])
def test_none_is_no_algorithm(alg: object) -> None:
    """Security 5: a token without a signature is refused, however its header writes that it has none."""
    for signature in (b"", b"x" * 32):
        assert refusal(checking(), unsigned({"alg": alg}, {"role": "write"}, signature)).code == "PGRST301"


def test_a_public_key_is_no_secret() -> None:
    """Security 5: who signs HS256 with the bytes of the public RSA key, in any form, signs nothing."""
    public = private("RSA").public_key()
    der, pem = serialization.Encoding.DER, serialization.Encoding.PEM
    key_forms = (serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1)
    forms = [public.public_bytes(encoding, form) for encoding in (der, pem) for form in key_forms]
    modulus = jwk("RSA")["n"]
    forms += [json.dumps(jwk("RSA")).encode(), modulus.encode(), base64.urlsafe_b64decode(modulus + "==")]
    for form in forms:
        for named in ({}, {"kid": "r"}):
            start = unsigned({"alg": "HS256", **named}, {"role": "write"}).removesuffix(".")
            swapped = f"{start}.{coded(hmac.digest(form, start.encode(), hashlib.sha256))}"
            for tokens in (checking(jwk("RSA")), checking(jwk("RSA", kid="r"), octets(kid="o"))):
                assert refusal(tokens, swapped).code == "PGRST301"


def test_an_algorithm_outside_the_allow_list() -> None:
    """Security 5: a good signature by a good key is refused where the settings do not allow the algorithm."""
    long = octets(64)
    sent = token(key=b"k" * 64, algorithm="HS512")
    assert refusal(checking(long), sent).message == "The algorithm of the token is not allowed here"
    assert checking(long, algorithms=("HS512",)).claims(sent) == {}
    assert refusal(checking(long, algorithms=("HS512",)), token(key=b"k" * 64)).code == "PGRST301"


@pytest.mark.parametrize("sent", [
    GOOD.rpartition(".")[0] + ".",
    GOOD[:-1],
    GOOD[:-1] + ("A" if GOOD[-1] != "A" else "B"),
    GOOD + "A",
    token({"role": "read"}, key="another-secret-of-the-tests-and-of-no-one"),
    unsigned({"alg": "HS256"}, {"role": "write"}, b""),
    unsigned({"alg": "HS256"}, {"role": "write"}, b"\0" * 32),
    GOOD.split(".")[0] + "." + token({"role": "write"}).split(".")[1] + "." + GOOD.split(".")[2],
], ids=["empty", "cut", "changed", "longer", "another", "none", "zeros", "swapped"])  # fmt: skip
def test_a_wrong_signature(sent: str) -> None:
    """Security 5: a signature that is empty, cut, changed, another's or of other claims is refused."""
    assert refusal(checking(), sent).code == "PGRST301"


def test_the_kid_is_matched_exactly() -> None:
    """Security 5: a kid that is wrong, or missing where all keys have one, is refused though the signature is good."""
    tokens = checking(jwk("RSA", kid="one"), jwk("P-256", kid="two"))
    assert tokens.claims(signed_by("RSA", {"a": 1}, kid="one")) == {"a": 1}
    for kid in ("two", "One", "one ", "", "on"):
        assert refusal(tokens, signed_by("RSA", kid=kid)).code == "PGRST301"
    assert "does not name its key" in refusal(tokens, signed_by("RSA")).message
    for kid in (None, 1, ["one"], {}):
        header = {"alg": "RS256", "kid": kid}
        assert refusal(tokens, unsigned(header, {}, b"x" * 256)).code == "PGRST301"


def test_a_key_without_kid_checks_what_names_no_other() -> None:
    """A secret has no kid: it checks tokens that name one all the same, unless that is another key's."""
    assert checking().claims(token(kid="anything")) == {}
    tokens = checking(octets(), octets(40, kid="forty"))
    assert tokens.claims(token(key=b"k" * 32)) == {}
    assert tokens.claims(token(key=b"k" * 40, kid="forty")) == {}
    assert refusal(tokens, token(key=b"k" * 32, kid="forty")).code == "PGRST301"
    assert refusal(tokens, token(key=b"k" * 40)).code == "PGRST301"


def test_several_keys_without_kid() -> None:
    """Of keys without a kid each is tried."""
    tokens = checking(octets(32), octets(40), jwk("Ed25519"))
    for sent in (token(key=b"k" * 32), token(key=b"k" * 40), signed_by("Ed25519")):
        assert tokens.claims(sent) == {}
    assert refusal(tokens, token(key=b"k" * 41)).code == "PGRST301"


@pytest.mark.parametrize("headers", [{"crit": ["exp"]}, {"crit": ["b64"], "b64": True}, {"b64": True}, {"crit": []}])
def test_what_a_header_asks_for_is_not_done(headers: dict[str, object]) -> None:
    """A token whose header names an extension that must be understood is refused, signed or not (RFC 7515, 4.1.11)."""
    start = unsigned({"alg": "HS256", **headers}, {"role": "write"}).removesuffix(".")
    sent = f"{start}.{coded(hmac.digest(SECRET.encode(), start.encode(), hashlib.sha256))}"
    assert refusal(checking(), sent).message in (
        "The header of the token asks for what is not known here",
        "The token cannot be decoded",  # the library knows some of them, and finds others ill-formed
    )
    assert refusal(checking(), sent).code == "PGRST301"


def test_headers_that_point_elsewhere_are_not_followed() -> None:
    """A key or an address of keys in the token's header changes nothing: it is not ours (RFC 8725, 3.10)."""
    own = jwk("RSA")
    foreign = {"jwk": own, "jku": "http://127.0.0.1:9/keys", "x5u": "http://127.0.0.1:9/", "x5c": ["MIIB"]}
    assert refusal(checking(jwk("P-256")), signed_by("RSA", **foreign)).code == "PGRST301"


@pytest.mark.parametrize("sent, told", [
    ("", "three parts"),
    ("a.b", "three parts"),
    ("a.b.c.d", "three parts"),
    ("a.b.c.d.e", "encrypted"),
    ("..", "cannot be decoded"),
    ("a.b.c", "cannot be decoded"),
    ("é.é.é", "cannot be decoded"),
    ("\ud800.a.b", "cannot be decoded"),
    (unsigned("[]", {}), "cannot be decoded"),
    (unsigned("null", {}), "cannot be decoded"),
    (unsigned("[" * 2500, ""), "cannot be decoded"),
    (unsigned({"alg": "HS256", "kid": "\ud800"}, {}), "signature"),
    (unsigned('{"alg":"HS256","kid":1' + "0" * 5000 + "}", ""), "cannot be decoded"),
    (" " + GOOD, "cannot be decoded"),
    (GOOD.replace(".", ".\n", 1), "cannot be decoded"),
    (token({"a": "x" * 8192}), "longer than 8 KiB"),
])  # fmt: skip
def test_what_is_no_token(sent: str, told: str) -> None:
    """What is no token, a token that is encrypted and one that is very long are told apart, and all are refused."""
    error = refusal(checking(), sent)
    assert error.code == "PGRST301"
    assert told in error.message


def test_a_long_token_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is longer than 8 KiB is neither hashed nor decoded."""
    monkeypatch.setattr("service.auth.tokens.hashlib.sha256", None)
    assert "longer than 8 KiB" in refusal(checking(), "a." * 5000).message


@given(st.one_of(
    st.text(),
    st.text(alphabet="ab.-_="),
    st.lists(st.binary(max_size=40).map(coded), min_size=2, max_size=5).map(".".join),
    st.tuples(st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["alg", "kid", "crit", "b64", "typ"]), inner),
    ), st.text(), st.binary()).map(lambda parts: unsigned(*parts)),
    st.integers(0, len(GOOD) - 1).flatmap(
        lambda at: st.characters().filter(lambda c: c != GOOD[at]).map(lambda c: GOOD[:at] + c + GOOD[at + 1 :])
    ),
))  # fmt: skip
def test_whatever_is_sent_is_refused(sent: str) -> None:
    """Security 5: any text in a token's place is a 401, PGRST301, and never anything else."""
    assert refusal(checking(), sent).code == "PGRST301"
    assert refusal(checking(jwk("RSA", kid="a"), octets(kid="b")), sent).code == "PGRST301"
