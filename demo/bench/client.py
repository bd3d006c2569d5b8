"""A client that costs little, because it shares the machine's cores with the server that it measures.

It speaks just enough HTTP/1.1 on one connection that stays open, as a browser's does: a whole standard
client takes longer over an answer than the server takes over a tile out of its cache.
"""

import gzip
import socket
from typing import NamedTuple

from django.core.management import CommandError

TIMEOUT_S = 300
_CHUNK = 1 << 18


class Answer(NamedTuple):
    """``head`` is all before the body, in lower case; ``body`` is as it was sent."""

    status: int
    head: bytes
    body: bytes

    @property
    def unpacked(self) -> bytes:
        return gzip.decompress(self.body) if b"\r\ncontent-encoding: gzip" in self.head else self.body

    @property
    def found(self) -> str:
        """How the server came by a tile, as it says: by a hit in its cache, or otherwise."""
        return (_header(self.head, b"x-tile-cache") or b"").decode()

    @property
    def was_kept(self) -> bool:
        return self.found == "hit"

    @property
    def etag(self) -> str:
        """As it is to be sent back; hexadecimal digits have no upper case in ours."""
        tag = (_header(self.head, b"etag") or b"").decode()
        return tag.replace("w/", "W/", 1)


class Client:
    """One connection; ``headers`` go with each request."""

    def __init__(self, port: int, headers: dict[str, str]):
        self.port = port
        self.headers = {"Host": "127.0.0.1", "Accept-Encoding": "gzip"} | headers
        self._sent_always = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def another(self, **headers: str) -> "Client":
        """One more connection with the same headers, and with others changed or added."""
        return Client(self.port, self.headers | headers)

    def ask(self, address: str, **headers: str) -> Answer:
        """What was answered to GET, with these headers besides."""
        besides = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._socket.sendall(f"GET {address} HTTP/1.1\r\n{self._sent_always}{besides}\r\n".encode())
        got = self._receive()
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._receive()
        head, rest = got[:end].lower(), got[end + 4 :]
        status = int(head[9:12])
        return Answer(status, head, self._body(status, head, rest))

    def get(self, address: str) -> Answer:
        """As ``ask``; CommandError for any refusal."""
        answer = self.ask(address)
        if answer.status not in (200, 204):
            words = answer.unpacked[:500].decode(errors="replace")
            raise CommandError(f"GET {address} was answered {answer.status}: {words}")
        return answer

    def _body(self, status: int, head: bytes, rest: bytes) -> bytes:
        if status in (204, 304):
            return b""
        if (length := _header(head, b"content-length")) is not None:
            return self._filled(rest, int(length))[0]
        if _header(head, b"transfer-encoding") == b"chunked":
            return self._chunks(rest)
        raise CommandError(f"An answer of unknown length: {head.decode(errors='replace')}")

    def _filled(self, got: bytes, length: int) -> tuple[bytes, bytes]:
        """The next ``length`` bytes, and what came after them."""
        parts, size = [got], len(got)
        while size < length:
            parts.append(self._receive())
            size += len(parts[-1])
        whole = b"".join(parts) if len(parts) > 1 else got
        return whole[:length], whole[length:]

    def _chunks(self, rest: bytes) -> bytes:
        body: list[bytes] = []
        while True:
            while b"\r\n" not in rest:
                rest += self._receive()
            size, _, rest = rest.partition(b"\r\n")
            chunk, rest = self._filled(rest, int(size.split(b";")[0], 16) + 2)
            if len(chunk) == 2:
                return b"".join(body)
            body.append(chunk[:-2])

    def _receive(self) -> bytes:
        got = self._socket.recv(_CHUNK)
        if not got:
            raise CommandError(f"The server on port {self.port} hung up.")
        return got


def _header(head: bytes, name: bytes) -> bytes | None:
    """A header's value in a head of lower case; None if it is not there."""
    _, found, rest = head.partition(b"\r\n" + name + b":")
    return rest.partition(b"\r\n")[0].strip() if found else None
