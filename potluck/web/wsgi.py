"""The pages as a WSGI application, for granian or any other server."""

import os

from django.core.wsgi import get_wsgi_application

from potluck.web.environ import with_readable_requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "potluck.settings")

application = with_readable_requests(get_wsgi_application())
