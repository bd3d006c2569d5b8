"""Photographs of cases.

What comes from a phone is checked, turned upright, made smaller and stripped of its metadata (place, device,
time), and only the result is kept. Files have random names under MEDIA_ROOT and leave it through the case's
visibility alone.
"""

import hashlib
import io
import secrets
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from cases.models import Case, CasePhoto
from gis.errors import Refused

MOST = 6
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000  # 150 MB when unpacked
SIDE_PX, THUMBNAIL_PX = 2048, 360
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "HEIF")  # HEIF only where a Pillow plugin reads it


class PhotoRefused(Refused):
    code = "photo-refused"
    status = 400


class PhotoTooLarge(PhotoRefused):
    code = "photo-too-large"
    sentence = _("The photograph is larger than {megabytes} MB. Take it again with a lower resolution.")


class PhotoUnreadable(PhotoRefused):
    code = "photo-unreadable"
    sentence = _("This is not a photograph that can be read (JPEG, PNG or WebP). Take it again.")


class TooManyPhotos(PhotoRefused):
    code = "too-many-photos"
    sentence = _("A case takes at most {most} photographs.")


@dataclass(frozen=True)
class Photo:
    """Checked: ``digest`` of what was sent, ``size`` in pixels, ``image`` and ``thumbnail`` as clean JPEG."""

    digest: str
    size: tuple[int, int]
    image: bytes
    thumbnail: bytes


def checked(upload: File) -> Photo:
    """The clean photograph of an upload; PhotoTooLarge or PhotoUnreadable, and nothing is kept of it."""
    if upload.size > MOST_BYTES:
        raise PhotoTooLarge(megabytes=MOST_BYTES // 1024**2)
    sent = upload.read()
    upright = _opened(sent)
    small = upright.copy()
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    return Photo(hashlib.sha256(sent).hexdigest(), upright.size, _jpeg(upright), _jpeg(small))


def _opened(sent: bytes) -> Image.Image:
    """Upright RGB of at most SIDE_PX a side, without anything but the pixels."""
    try:
        with warnings.catch_warnings():  # our limit is the tighter one
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            file = Image.open(io.BytesIO(sent), formats=_readable())
        if file.width * file.height > MOST_PIXELS:
            raise PhotoUnreadable
        file.draft("RGB", (SIDE_PX, SIDE_PX))  # a JPEG is unpacked no larger than needed
        image = ImageOps.exif_transpose(file)
        image.thumbnail((SIDE_PX, SIDE_PX))
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError) as broken:
        raise PhotoUnreadable from broken
    return _pixels_of(image)


def _readable() -> list[str]:
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _pixels_of(image: Image.Image) -> Image.Image:
    """A new image of the same pixels; what was transparent becomes white."""
    pixels = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        pixels.paste(image, mask=image)
    else:
        pixels.paste(image.convert("RGB"))
    return pixels


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


@contextmanager
def transaction_with_files() -> Iterator[list[FieldFile]]:
    """A transaction; the files that are noted in its list are removed if it does not commit."""
    written: list[FieldFile] = []
    try:
        with transaction.atomic():
            yield written
    except BaseException:
        for file in written:
            file.storage.delete(str(file.name))
        raise


def add(case: Case, photos: Iterable[Photo], *, written: list[FieldFile]) -> list[CasePhoto]:
    """All photographs of ``case`` with the new ones added; one that it already has stays one.

    Raises TooManyPhotos. Files are noted in ``written``, the list of ``transaction_with_files()``.
    """
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)  # two uploads at once count each other
    kept = {photo.digest: photo for photo in case.photos.all()}
    for photo in photos:
        if photo.digest in kept:
            continue
        if len(kept) >= MOST:
            raise TooManyPhotos(most=MOST)
        kept[photo.digest] = _store(case, photo, written)
    return list(kept.values())


def _store(case: Case, photo: Photo, written: list[FieldFile]) -> CasePhoto:
    row, name = CasePhoto(case=case, digest=photo.digest), secrets.token_urlsafe(24)
    for file, suffix, content in ((row.image, "", photo.image), (row.thumbnail, "-s", photo.thumbnail)):
        file.save(f"{name}{suffix}.jpg", ContentFile(content), save=False)
        written.append(file)
    row.width, row.height = photo.size
    row.save()
    return row
