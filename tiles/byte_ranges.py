"""A file over HTTP, whole or in part (RFC 9110, 14), for readers that jump and downloads that resume."""

import re
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

_single = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))", re.ASCII)


class Part:
    """``length`` bytes of an open file from ``start`` on, to be read once."""

    def __init__(self, file: BinaryIO, start: int, length: int):
        self.file, self.left = file, length
        file.seek(start)

    def read(self, size: int = -1) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        found = self.file.read(wanted)
        self.left -= len(found)
        return found

    def close(self) -> None:
        self.file.close()


def asked_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte (inclusive) of a ``Range`` header; None if it is to be passed over.

    Several ranges at once and units other than bytes are. A range beyond the end is (size, size - 1).
    """
    if not (found := _single.fullmatch(header.strip())):
        return None
    first, last, suffix = found.groups()
    if suffix:
        return (max(size - int(suffix), 0), size - 1) if int(suffix) else (size, size - 1)
    if last and int(last) < int(first):
        return None
    return min(int(first), size), min(int(last), size - 1) if last else size - 1


def answer(request: HttpRequest, file: BinaryIO, *, size: int, etag: str, kind: str) -> HttpResponseBase:
    """200 with all of ``file``, 206 with a part, 304 if the client has it, 416 beyond its end.

    ``etag`` is strong, in quotes: the same bytes. What is sent closes the file.
    """
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"}
    response: HttpResponseBase
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        file.close()
        response = HttpResponse(status=304)
    else:
        response = _sent(request, file, size, etag, kind)
    for name, value in headers.items():
        response.headers[name] = value
    patch_vary_headers(response, ["Authorization", "Cookie"])
    return response


def _sent(request: HttpRequest, file: BinaryIO, size: int, etag: str, kind: str) -> HttpResponseBase:
    unchanged = request.headers.get("If-Range", etag) == etag
    part = asked_range(request.headers.get("Range", ""), size) if unchanged else None
    if part is None:
        return _file(file, 0, size, kind, status=200)
    first, last = part
    if first >= size:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = _file(file, first, last - first + 1, kind, status=206)
    response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _file(file: BinaryIO, start: int, length: int, kind: str, *, status: int) -> FileResponse:
    response = FileResponse(Part(file, start, length), status=status, content_type=kind)
    response.headers["Content-Length"] = str(length)
    return response
