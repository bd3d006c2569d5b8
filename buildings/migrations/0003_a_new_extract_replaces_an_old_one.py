from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("buildings", "0002_the_search_box_reads_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="building",
            name="osm_id",
            field=models.CharField(
                blank=True, db_collation="C", db_default="", default="", editable=False, max_length=24
            ),
        ),
        migrations.AddField(
            model_name="door",
            name="osm_id",
            field=models.CharField(
                blank=True, db_collation="C", db_default="", default="", editable=False, max_length=24
            ),
        ),
        migrations.AddField(
            model_name="estate",
            name="osm_id",
            field=models.CharField(
                blank=True, db_collation="C", db_default="", default="", editable=False, max_length=24
            ),
        ),
        migrations.AddField(
            model_name="green",
            name="osm_id",
            field=models.CharField(
                blank=True, db_collation="C", db_default="", default="", editable=False, max_length=24
            ),
        ),
        migrations.AddField(
            model_name="place",
            name="osm_id",
            field=models.CharField(
                blank=True, db_collation="C", db_default="", default="", editable=False, max_length=24
            ),
        ),
        migrations.AddField(
            model_name="road",
            name="osm_id",
            field=models.CharField(
                blank=True, db_collation="C", db_default="", default="", editable=False, max_length=24
            ),
        ),
        migrations.AddField(
            model_name="water",
            name="osm_id",
            field=models.CharField(
                blank=True, db_collation="C", db_default="", default="", editable=False, max_length=24
            ),
        ),
    ]
