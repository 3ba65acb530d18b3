"""The calls of the Gengo v2 protocol: signed parameters, one envelope for answers and errors, and what each failure means.

Only the time is signed (HMAC-SHA1 with the private key). Everything goes through the one safe HTTP client; no answer is trusted in size or shape.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from engines.review_accounts import ReviewAccount, review_rules
from reviews.providers.base import AlreadySent, NotPossible, ProviderError, Refused, Unavailable
from webhooks import http
from webhooks.errors import DeliveryError

ANSWER_LIMIT = 32 * 1024 * 1024
TIMEOUTS = http.Timeouts(connect=5, total=30)
LONG = http.Timeouts(connect=5, total=60)  # of an order with all its texts
FORM = "application/x-www-form-urlencoded"

UNSENT = {"name_not_found", "connect_timeout", "connect_error", "tls_error"}  # classes of webhooks.http: there was no connection to write to
FORBIDDEN = {"address_refused", "scheme_refused", "port_refused", "url_refused"}

BUSY = 2800
DUPLICATE = 1754
WRONG_STATE = {2250, 2252, 2650}
SENTENCES = {
    1251: "The review provider could not read the order.",
    1304: "The review provider does not know this tier.",
    1551: "The review provider does not translate this pair of locales.",
    1601: "The review provider refuses the address for its callbacks: PUBLIC_URL must be one that it can reach.",
    1751: "The review provider refuses the order's reference as too long.",
    2700: "The account at the review provider has not enough credit.",
}
UNSIGNED = "The review provider does not accept the organization's keys."


class Calls:
    """Calls with one account. Raises what `reviews.providers.base` lists."""

    def __init__(self, account: ReviewAccount) -> None:
        if account.private_key is None:
            raise Refused("The key of the account at the review provider cannot be read any more: set the review credential again.")
        self._base_url = account.base_url.rstrip("/")
        self._public_key = account.public_key
        self._private_key = account.private_key.encode()

    def get(self, path: str, **query: str | int) -> Any:
        return self._call("GET", f"{path}?{urlencode({**query, **self._signed()})}")

    def delete(self, path: str) -> Any:
        return self._call("DELETE", f"{path}?{urlencode(self._signed())}")

    def put(self, path: str, data: Mapping[str, Any]) -> Any:
        return self._call("PUT", path, self._form(data))

    def post(self, path: str, data: Mapping[str, Any], *, is_repeatable: bool = True) -> Any:
        return self._call("POST", path, self._form(data), is_repeatable=is_repeatable, timeouts=LONG)

    def _signed(self) -> dict[str, str]:
        now = str(int(time.time()))
        return {"api_key": self._public_key, "ts": now, "api_sig": hmac.new(self._private_key, now.encode(), hashlib.sha1).hexdigest()}

    def _form(self, data: Mapping[str, Any]) -> bytes:
        return urlencode({**self._signed(), "data": json.dumps(data, ensure_ascii=False, separators=(",", ":"))}).encode()

    def _call(self, method: str, path: str, body: bytes | None = None, *, is_repeatable: bool = True, timeouts: http.Timeouts = TIMEOUTS) -> Any:
        headers = {"Accept": "application/json", **({"Content-Type": FORM} if body else {})}
        try:
            response = http.request(
                method,
                f"{self._base_url}/{path}",
                headers=headers,
                body=body,
                timeouts=timeouts,
                answer_limit=ANSWER_LIMIT,
                rules=review_rules(),
                is_repeatable=is_repeatable,
            )
        except DeliveryError as exc:
            raise _unanswered(exc.error) from exc
        return _read(response)


def _unanswered(error: str) -> ProviderError:
    if error in FORBIDDEN:
        return Refused("The address of the review provider may not be called.")
    return Unavailable(f"The review provider did not answer ({error}).", is_in_doubt=error not in UNSENT)


def _read(response: http.Response) -> Any:
    """The `response` of a good answer. Raises what anything else means."""
    if response.status == 429:
        raise Unavailable("The review provider asks to wait.", retry_after=response.retry_after)
    if response.status >= 500:
        raise Unavailable(f"The review provider answered {response.status}.", retry_after=response.retry_after, is_in_doubt=True)
    envelope = _envelope(response)
    if envelope is None:
        if 200 <= response.status < 300:
            raise Unavailable("The review provider's answer cannot be read.", is_in_doubt=True)
        raise Refused(f"The review provider answered {response.status}: its address may be wrong.")
    if envelope.get("opstat") != "ok":
        raise _error(_code(envelope.get("err")))
    return envelope.get("response")


def _envelope(response: http.Response) -> dict[str, Any] | None:
    try:
        value = json.loads(response.answer) if response.is_whole else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value.get("opstat") in ("ok", "error") else None


def _code(err: object) -> int | None:
    """`{"code", "msg"}`, or where single jobs of an order are at fault `{key: [{"code", "msg"}]}`: the first code there is."""
    waiting = [err]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            code = value.get("code")
            if isinstance(code, int) or (isinstance(code, str) and code.isdecimal() and len(code) < 10):
                return int(code)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return None


def _error(code: int | None) -> ProviderError:
    if code == BUSY:
        return Unavailable("The review provider is not available for the moment.")
    if code == DUPLICATE:
        return AlreadySent("The review provider has had this order a moment ago.")
    if code in WRONG_STATE:
        return NotPossible(f"The review provider says that the job is in another state (error {code}).")
    if code is not None and 1000 <= code < 1251:
        return Refused(f"{UNSIGNED[:-1]} (error {code}).")
    return Refused(SENTENCES.get(code or 0, f"The review provider refused (error {code or 'without a code'})."))
