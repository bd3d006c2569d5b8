"""The shipped categories of cases: incident classes (GB/T 30428.2-2013, CJ/T 214-2007), all asset classes."""

import csv
from pathlib import Path

from buildings.models import AssetClass
from cases.models import Category

IN_USE = "GB/T 30428.2-2013"
FILE = Path(__file__).with_name("incident_classes.csv")


def load() -> None:
    """Insert new categories and refresh names; what an administrator set stays so."""
    with FILE.open(newline="") as lines:
        incidents = [
            Category(
                kind=Category.Kind.INCIDENT,
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
    assets = [
        Category(
            kind=Category.Kind.ASSET,
            scheme=c.scheme,
            code=c.code,
            name=c.name,
            name_en=c.name_en,
            major_name=c.major_name,
            major_name_en=c.major_name_en,
            asset_class=c,
            is_active=c.is_active,
        )
        for c in AssetClass.objects.all()
    ]
    Category.objects.bulk_create(
        incidents + assets,
        update_conflicts=True,
        unique_fields=["kind", "scheme", "code"],
        update_fields=["name", "name_en", "major_name", "major_name_en", "asset_class"],
    )
