"""Signatures by the public specification, checked by its own library."""

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from batches.webhooks import signing

# libraries/*/…test… of standard-webhooks/standard-webhooks, "sign function works"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", [SECRET, SECRET.removeprefix("whsec_")])
def test_the_vector_of_the_specification_is_reproduced(secret):
    assert signing.headers([secret], MESSAGE, TIMESTAMP, BODY) == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


@pytest.mark.parametrize("body", [b"{}", '{"name":"Łucja ☂"}'.encode(), b'{"a":"' + b"x" * 19_000 + b'"}'])
def test_the_specifications_library_accepts_what_was_signed(body):
    secret, now = signing.new_secret(), int(datetime.now(UTC).timestamp())
    Webhook(secret).verify(body, signing.headers([secret], "msg_1", now, body))


def test_while_a_secret_is_changed_either_verifies_and_a_third_does_not():
    new, old, other = (signing.new_secret() for _ in range(3))
    headers = signing.headers([new, old], "msg_1", int(datetime.now(UTC).timestamp()), b"{}")
    Webhook(new).verify("{}", headers)
    Webhook(old).verify("{}", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify("{}", headers)


@pytest.mark.parametrize("age", [-301, 301])
def test_a_timestamp_out_of_time_does_not_verify(age):
    secret = signing.new_secret()
    headers = signing.headers([secret], "msg_1", int(datetime.now(UTC).timestamp()) + age, b"{}")
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify("{}", headers)


@pytest.mark.parametrize("size", [0, 23, 65])
def test_a_key_that_is_too_short_or_too_long_signs_nothing(size):
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        signing.key_of("whsec_" + base64.b64encode(b"k" * size).decode())


def test_a_secret_that_is_not_base64_and_an_id_with_a_full_stop_are_refused():
    with pytest.raises(ValueError, match="base64"):
        signing.key_of("whsec_not base64!")
    with pytest.raises(ValueError, match="full stop"):
        signing.headers([SECRET], "msg.1", 1, b"")


def test_every_new_secret_is_another_of_256_bits():
    made = {signing.new_secret() for _ in range(100)}
    assert len(made) == 100 and all(len(signing.key_of(secret)) == 32 for secret in made)
