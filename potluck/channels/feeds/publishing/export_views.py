"""The page from which one takes everything away."""

import tempfile

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from potluck.channels.feeds.publishing.export import export
from potluck.rendering.decorators import MemberRequest, signed_in_only
from potluck.rendering.pages import render
from potluck.safety import rate_limits


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_only
def take_away(request: MemberRequest) -> HttpResponseBase:
    """Explain, or hand over the archive."""
    if request.method != "POST":
        return render(request, "feeds/export.html")
    rate_limits.take("export", request.viewer.id)
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the response closes it
    export(request.viewer, file)
    file.seek(0)
    name = f"potluck-{request.viewer.handle}.zip"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "no-store"
    return response
