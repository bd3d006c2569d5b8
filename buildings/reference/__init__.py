"""The shipped class tables of assets: GB/T 30428.2-2013, and CJ/T 214-2007 as the fallback catalogue.

``status`` in the file: ``standard`` classes are in use, ``local_extension`` ones are examples of cities.
"""

import csv
from pathlib import Path

from buildings.models import AssetClass

IN_USE = "GB/T 30428.2-2013"
FILE = Path(__file__).with_name("asset_classes.csv")


def load() -> None:
    """Insert new classes and refresh names; what an administrator switched on or off stays so."""
    with FILE.open(newline="") as lines:
        classes = [
            AssetClass(
                scheme=row["scheme"],
                code=row["code"],
                name=row["name_zh"],
                name_en=row["name_en"],
                major_name=row["major_name_zh"],
                major_name_en=row["major_name_en"],
                is_active=row["scheme"] == IN_USE and row["status"] == "standard",
            )
            for row in csv.DictReader(lines)
        ]
    AssetClass.objects.bulk_create(
        classes,
        update_conflicts=True,
        unique_fields=["scheme", "code"],
        update_fields=["name", "name_en", "major_name", "major_name_en"],
    )
