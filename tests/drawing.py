"""A map drawn as text: each letter is a place, so that a test shows the ground that it speaks of."""

from math import cos, radians

from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Point, Polygon

ORIGIN = (113.80, 34.03)  # lon, lat of the drawing's lower left corner
_DEGREE_M = 111_320.0


class Drawing:
    """``step_m`` metres between two columns (every second character) and between two rows."""

    def __init__(self, text: str, *, step_m: float, origin: tuple[float, float] = ORIGIN):
        rows = [line.split() for line in text.strip().splitlines()]
        self.origin, self.step_m = origin, step_m
        self._places = {
            mark: (column, len(rows) - 1 - row)
            for row, marks in enumerate(rows)
            for column, mark in enumerate(marks)
            if mark != "."
        }

    def lonlat(self, mark: str, *, east_m: float = 0, north_m: float = 0) -> tuple[float, float]:
        """Longitude and latitude of ``mark``, moved by some metres."""
        x, y = self._places[mark]
        lon, lat = self.origin
        return (
            lon + (x * self.step_m + east_m) / (_DEGREE_M * cos(radians(lat))),
            lat + (y * self.step_m + north_m) / _DEGREE_M,
        )

    def point(self, mark: str, *, east_m: float = 0, north_m: float = 0) -> Point:
        return Point(*self.lonlat(mark, east_m=east_m, north_m=north_m), srid=4326)

    def area(self, marks: str) -> Polygon:
        ring = [self.lonlat(mark) for mark in marks]
        return Polygon([*ring, ring[0]], srid=4326)

    def areas(self, *marks: str) -> MultiPolygon:
        return MultiPolygon(*[self.area(m) for m in marks], srid=4326)

    def line(self, marks: str) -> LineString:
        return LineString([self.lonlat(mark) for mark in marks], srid=4326)

    def lines(self, *marks: str) -> MultiLineString:
        return MultiLineString(*[self.line(m) for m in marks], srid=4326)
