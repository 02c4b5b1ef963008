"""Django's PostgreSQL backend, with what poolers and standbys need. `settings.DATABASES` names it as ENGINE."""
