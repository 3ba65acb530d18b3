"""How daphne writes to streams: it says every close code, waits for slow readers at the end, and buffers for none without end.

daphne's own protocol raises on the codes that autobahn's `sendClose` keeps to itself (1008, 1011, 1013), cuts the connection a second after its close
frame with whatever the reader has not taken, and never tells an application that a reader is slow. `install` puts this one in its place.
"""

from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

BEHIND = 4 * 1024 * 1024  # characters that may wait for a reader that the network cannot serve; a hundred jobs without steps are a sixth


class StreamProtocol(WebSocketProtocol):  # type: ignore[misc]  # daphne is untyped
    """One socket. Twisted calls the three `…Producing` methods when its buffer fills and when it has emptied."""

    closeHandshakeTimeout = 60  # noqa: N815  seconds for the reader to take all and answer the close frame; autobahn reads the attribute

    is_paused = False
    behind = 0

    def onOpen(self) -> None:  # noqa: N802
        self.transport.unregisterProducer()  # the HTTP channel's, which was there before the upgrade
        self.transport.registerProducer(self, True)
        super().onOpen()

    def pauseProducing(self) -> None:  # noqa: N802
        self.is_paused = True

    def resumeProducing(self) -> None:  # noqa: N802
        self.is_paused, self.behind = False, 0

    def stopProducing(self) -> None:  # noqa: N802
        """The connection is lost; `onClose` follows."""

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: N802
        super().serverSend(content, binary)
        if self.is_paused:
            self.behind += len(content)
            if self.behind > BEHIND:
                self.serverClose(1013)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        """What was sent before still arrives before the close; what is sent after it is dropped.

        No code is daphne's own limit on a socket's age, a day: 1001, which nobody takes for the end of a group.
        """
        self.sendCloseFrame(code=1001 if code is None else code)


def install() -> None:
    """Lets every daphne of this process speak it."""
    WebSocketFactory.protocol = StreamProtocol
