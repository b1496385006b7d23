"""API keys in memory: their form, what is good and for how long, and what it costs to be wrong."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.keyed import Hand
from service.auth import KeyRing, KnownKey
from service.auth.api_key import digest_of, is_key, new_key, prefix_of
from service.errors import AuthError, PoolgateError, UnavailableError


def ring_of(*keys: str, clock: Hand | None = None, now: Hand | None = None, **fields: object) -> KeyRing:
    clock = clock or Hand()
    ring = KeyRing(clock=clock, now=now or Hand())
    known = [
        KnownKey(number, prefix_of(key), digest_of(key), **fields)  # type: ignore[arg-type]  # as the test has it
        for number, key in enumerate(keys, 1)
    ]
    ring.put(known, made=len(keys), asked_at=clock())
    return ring


def refusal(ring: KeyRing, text: str) -> PoolgateError:
    with pytest.raises(PoolgateError) as error:
        ring.find(text)
    return error.value


def test_the_form() -> None:
    """A key is pgk_, 8 characters, _ and 32 random bytes in base64url; no two are alike; the digest is all of it."""
    keys = {new_key() for _ in range(1000)}
    assert len({prefix_of(key) for key in keys}) == len({key[13:] for key in keys}) == 1000
    assert all(is_key(key) and len(key) == 4 + 8 + 1 + 43 for key in keys)
    key = keys.pop()
    assert digest_of(key) == hashlib.sha256(key.encode()).digest()
    assert not any(map(is_key, (key[:-1], f"{key}A", f"{key}\n", key.upper(), prefix_of(key), "")))


def test_a_key_is_found() -> None:
    """It gives its own prefix and role, and no other."""
    one, other = new_key(), new_key()
    ring = ring_of(one, other, role="read")
    assert (ring.find(one).prefix, ring.find(one).role) == (prefix_of(one), "read")
    assert ring.find(other).prefix == prefix_of(other)
    assert ring.is_key(one)
    assert not ring.is_key("sb_secret_0123")
    assert one[13:] not in repr(ring)
    assert repr(digest_of(one)) not in repr(ring.find(one))


def test_what_is_wrong_is_not_told() -> None:
    """Unknown, wrong, expired and malformed: one and the same error, which repeats nothing."""
    now = Hand()
    good, unknown = new_key(), new_key()
    ring = ring_of(good, now=now, expires_at=now() + 10)
    last = "A" if good[-1] != "A" else "B"
    bodies = []
    for text in (unknown, good[:-1] + last, good[:-1], good + "A", prefix_of(good), "pgk_", "pgk_\xe9\udc80"):
        error = refusal(ring, text)
        bodies.append((error.status, error.headers, error.body()))
        assert prefix_of(text) == "pgk_" or text not in str(error.body())
    ring.find(good)
    now.at += 10
    error = refusal(ring, good)
    assert isinstance(error, AuthError)
    bodies.append((error.status, error.headers, error.body()))
    assert all(body == bodies[0] for body in bodies)
    status, headers, body = bodies[0]
    assert (status, body["code"]) == (401, "PGATE401")
    assert headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')


@given(st.text())
def test_no_text_is_a_key(text: str) -> None:
    """Whatever is sent, it is refused in order; nothing that was not made opens anything."""
    ring = ring_of(new_key())
    assert refusal(ring, "pgk_" + text).code == "PGATE401"


def test_each_comparison_is_of_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown prefix costs the same comparison of two digests, in constant time, as a known one."""
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    good = new_key()
    ring = ring_of(good)
    ring.find(good)
    for text in (new_key(), good[:-2] + "..", "pgk_", good[:12]):
        refusal(ring, text)
    assert compared == [(32, 32)] * 5


def test_expiry_is_looked_at_each_time() -> None:
    """A key ends at its second, without anything being read anew."""
    now, key = Hand(), new_key()
    ring = ring_of(key, now=now, expires_at=now() + 5)
    now.at += 4.9
    ring.find(key)
    now.at += 0.1
    assert refusal(ring, key).code == "PGATE401"


def test_stale_keys_open_nothing() -> None:
    """Keys that were not confirmed for 30 s are all refused with 503 and Retry-After, good and bad alike."""
    clock, key = Hand(), new_key()
    ring = ring_of(key, clock=clock)
    clock.at += 30
    ring.find(key)
    clock.at += 0.1
    for text in (key, new_key()):
        error = refusal(ring, text)
        assert isinstance(error, UnavailableError)
        assert (error.status, error.headers["Retry-After"]) == (503, "2")
    ring.confirm(clock())
    ring.find(key)


def test_before_they_are_known() -> None:
    """Before the first look a key is neither good nor anonymous; where there is no place for keys nothing is one."""
    ring = KeyRing()
    assert ring.is_key("pgk_a")
    assert not ring.exist
    assert refusal(ring, new_key()).status == 503
    ring.close()
    assert not ring.is_key("pgk_a")


def test_uses_are_noted_once_each() -> None:
    """Of a key used often the last time is noted; what could not be written stays, unless it was used since."""
    now = Hand()
    one, other = new_key(), new_key()
    ring = ring_of(one, other, now=now)
    for _ in range(100):
        ring.find(one)
        now.at += 1
    ring.find(other)
    refusal(ring, one[:-1])
    uses = ring.take_uses()
    assert uses == {1: 1099.0, 2: 1100.0}
    assert ring.take_uses() == {}
    now.at = 2000.0
    ring.find(one)
    ring.return_uses(uses)
    assert ring.take_uses() == {1: 2000.0, 2: 1100.0}
