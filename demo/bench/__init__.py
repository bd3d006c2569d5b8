"""`manage.py bench`: what the server adds to the SQL that it stands on."""
