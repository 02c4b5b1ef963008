"""Static files as they are served: hashed, compressed, and the style sheets joined into one.

A style sheet per component is kind to who edits it, and slow for who loads it over a phone network.
`potluck.css` imports them all; when files are collected each import is replaced by what it names. There is no
other build step, and where files are served as they lie the imports simply work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

SHEET = "css/potluck.css"
IMPORT = re.compile(r'@import url\("([\w.-]+)"\);')


class Statics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Whitenoise's storage with the one sheet joined first."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if SHEET in paths and not dry_run:
            joined = IMPORT.sub(lambda found: _read(paths, f"css/{found[1]}"), _read(paths, SHEET))
            self.delete(SHEET)
            self._save(SHEET, ContentFile(joined.encode()))
            paths = {**paths, SHEET: (self, SHEET)}
        yield from super().post_process(paths, dry_run, **options)


def _read(paths: dict[str, Any], name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return str(file.read().decode())
