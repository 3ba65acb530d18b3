"""Django's SQLite backend, told that a statement may have as many parameters as SQLite has taken since 3.32 (Django 5.2 still counts on 999).

A hundred jobs are then one INSERT, as on PostgreSQL. https://www.sqlite.org/limits.html#max_variable_number
"""

from django.db.backends.sqlite3 import base, features


class DatabaseFeatures(features.DatabaseFeatures):
    max_query_params = 32_766


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
