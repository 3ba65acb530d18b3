"""Daphne buffers what a reader does not take: to a limit, and what was sent before the close still arrives (contract §4)."""

import pytest
from daphne.ws_protocol import WebSocketFactory

from config.asgi import application
from localization.daphne_protocol import BEHIND, StreamProtocol


class Recorded(StreamProtocol):
    """Writes down what it would send instead of sending it."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.client_addr = self.STATE_OPEN, None
        self.sent: list[int] = []  # sizes
        self.codes: list[int] = []

    def sendMessage(self, payload: bytes, isBinary: bool = False) -> None:  # noqa: N802, N803
        self.sent.append(len(payload))

    def sendCloseFrame(self, code: int) -> None:  # noqa: N802
        self.codes.append(code)


def test_the_application_is_served_by_this_protocol() -> None:
    assert application
    assert WebSocketFactory.protocol is StreamProtocol


@pytest.mark.parametrize(("asked", "said"), [(None, 1001), (1000, 1000), (1008, 1008), (1011, 1011), (1013, 1013)])
def test_every_code_of_the_contract_is_said(asked: int | None, said: int) -> None:
    protocol = Recorded()

    protocol.serverClose(asked)

    assert protocol.codes == [said]


def test_reader_that_takes_nothing_is_closed_once_too_much_waits_for_it() -> None:
    protocol = Recorded()
    protocol.pauseProducing()

    protocol.serverSend("x" * BEHIND)
    assert protocol.codes == []
    protocol.serverSend("x")

    assert (protocol.sent, protocol.codes) == ([BEHIND, 1], [1013])


def test_reader_that_catches_up_in_between_stays() -> None:
    protocol = Recorded()

    for _ in range(3):
        protocol.serverSend("x" * BEHIND)
        protocol.pauseProducing()
        protocol.serverSend("x" * BEHIND)
        protocol.resumeProducing()

    assert (len(protocol.sent), protocol.codes) == (6, [])
