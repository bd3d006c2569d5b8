"""Photographs as phones send them, and what is kept of them."""

import io
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture(width=64, height=48, *, format="JPEG", mode="RGB", colour="teal", **saving) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, format, **saving)
    return out.getvalue()


def upload(content: bytes, name="photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def files_in(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]
