import gis.jurisdiction
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tiles", "0002_packs_for_phones")]

    operations = [
        migrations.CreateModel(
            name="PointSum",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layer", models.CharField(db_collation="C", max_length=60)),
                ("square", models.BigIntegerField()),
                ("region_code", gis.jurisdiction.RegionCodeField(max_length=12, verbose_name="region code")),
                ("members", models.BigIntegerField()),
                ("x_cm", models.BigIntegerField()),
                ("y_cm", models.BigIntegerField()),
                ("keys", models.BigIntegerField()),
                ("settled", models.BooleanField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["layer", "square", "region_code"], name="pointsum_square"),
                    models.Index(
                        condition=models.Q(("settled", False)), fields=["layer"], name="pointsum_waiting"
                    ),
                ],
            },
        ),
    ]
