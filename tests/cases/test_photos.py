import io

import pytest
from PIL import Image

from cases import photos
from tests.cases.pictures import picture, upload


def clean(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(photos.checked(upload(content)).image))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_each_usual_format_becomes_a_jpeg(format):
    assert clean(picture(format=format)).format == "JPEG"


def test_a_large_photograph_becomes_small():
    assert clean(picture(4000, 3000)).size == (2048, 1536)


def test_a_small_photograph_keeps_its_size():
    assert clean(picture(640, 480)).size == (640, 480)


def test_a_thumbnail_comes_with_it():
    found = photos.checked(upload(picture(4000, 3000)))
    assert max(Image.open(io.BytesIO(found.thumbnail)).size) == photos.THUMBNAIL_PX


def test_a_photograph_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90°
    assert clean(picture(200, 100, exif=exif)).size == (100, 200)


def test_place_device_and_remarks_are_removed():
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[2] = (34.0, 1.0, 48.0)
    found = clean(picture(exif=exif, comment=b"mine", dpi=(300, 300)))
    assert (dict(found.getexif()), found.info.get("comment"), found.info.get("exif")) == ({}, None, None)


def test_the_marks_were_there_before():
    """Else the test above proves nothing."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (34.0, 1.0, 48.0)
    sent = Image.open(io.BytesIO(picture(exif=exif, comment=b"mine")))
    assert sent.getexif().get_ifd(0x8825)
    assert sent.info["comment"] == b"mine"


def test_what_is_transparent_becomes_white():
    assert clean(picture(format="PNG", mode="RGBA", colour=(0, 0, 0, 0))).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1"])
def test_every_colour_mode_is_read(mode):
    format = "JPEG" if mode == "CMYK" else "PNG"
    assert clean(picture(mode=mode, format=format, colour=0)).mode == "RGB"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0 not a jpeg",
        b"GIF89a",
        picture()[:200],
        picture(format="PNG")[:60],
    ],
    ids=["empty", "svg", "rubbish", "gif", "cut jpeg", "cut png"],
)
def test_what_is_no_photograph_is_refused(content):
    with pytest.raises(photos.PhotoUnreadable):
        photos.checked(upload(content))


def test_a_gif_is_refused_though_it_is_a_picture():
    with pytest.raises(photos.PhotoUnreadable):
        photos.checked(upload(picture(format="GIF")))


def test_a_decompression_bomb_is_refused_before_it_is_unpacked():
    """A few kilobytes of PNG that claim 400 million pixels."""
    bomb = picture(20_000, 20_000, mode="1", format="PNG", colour=0)
    assert len(bomb) < 100_000
    with pytest.raises(photos.PhotoUnreadable):
        photos.checked(upload(bomb))


def test_more_than_ten_megabytes_are_refused():
    with pytest.raises(photos.PhotoTooLarge):
        photos.checked(upload(picture() + b"\0" * photos.MOST_BYTES))


def test_the_same_file_has_the_same_digest_and_another_has_another():
    one, same, other = (
        photos.checked(upload(content)).digest for content in (picture(), picture(), picture(colour="red"))
    )
    assert (one == same, one == other) == (True, False)
