"""HTTP connections to a provider in several small pools, filled one after the other. Used by the chat providers' HTTP clients.

httpcore looks at every connection of a pool when a call comes and again when it ends, and asks each idle one whether it is still good: with a hundred
connections in one pool that was a quarter of what a call costs. Few calls use few pools, so connections are reused as before.
"""

from collections.abc import AsyncIterator, Callable
from ssl import SSLContext

import httpx2

CALLS_PER_POOL = 4


class SpreadTransport(httpx2.AsyncBaseTransport):
    """Any number of calls at once, each in the first pool that has room. All pools share the TLS context."""

    def __init__(self, tls: SSLContext, *, keepalive_expiry: float) -> None:
        self._tls = tls
        self._limits = httpx2.Limits(max_connections=None, max_keepalive_connections=CALLS_PER_POOL, keepalive_expiry=keepalive_expiry)
        self.pools: list[httpx2.AsyncHTTPTransport] = []
        self.calls: list[int] = []  # under way, by pool

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        number = self._take_place()
        try:
            response = await self.pools[number].handle_async_request(request)
        except BaseException:
            self._leave(number)
            raise
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        # The connection is in use until the answer has been read.
        response.stream = _Watched(response.stream, lambda: self._leave(number))
        return response

    async def aclose(self) -> None:
        for pool in self.pools:
            await pool.aclose()

    def _take_place(self) -> int:
        number = next((number for number, calls in enumerate(self.calls) if calls < CALLS_PER_POOL), len(self.pools))
        if number == len(self.pools):
            self.pools.append(httpx2.AsyncHTTPTransport(verify=self._tls, limits=self._limits))
            self.calls.append(0)
        self.calls[number] += 1
        return number

    def _leave(self, number: int) -> None:
        self.calls[number] -= 1


class _Watched(httpx2.AsyncByteStream):
    """An answer's body that says once when it is closed."""

    def __init__(self, stream: httpx2.AsyncByteStream, closed: Callable[[], None]) -> None:
        self._stream = stream
        self._closed: Callable[[], None] | None = closed

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._stream.__aiter__()

    async def aclose(self) -> None:
        closed, self._closed = self._closed, None
        try:
            await self._stream.aclose()
        finally:
            if closed:
                closed()
