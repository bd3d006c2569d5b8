from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_the_search_box_reads_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="received_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="received"),
        ),
    ]
