"""What the pages are made of: the folder that `./dev web` builds, served as it lies there.

Each file's name holds the hash of its content, so a browser keeps it for good. Only names that were
in the folder when the process started are answered: there is no path to climb.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"
PATH = "/assets"

_MANIFEST = "manifest.json"
_PACKED = ".gz"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}


class Assets:
    """The files of one folder, and which of them a page needs. A folder without a build is empty."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        manifest = folder / _MANIFEST
        self._chunks: dict[str, dict[str, Any]] = (
            msgspec.json.decode(manifest.read_bytes()) if manifest.is_file() else {}
        )
        self._names = frozenset(each.name for each in folder.iterdir()) if self._chunks else ()

    @property
    def built(self) -> bool:
        """Whether there is anything to serve."""
        return bool(self._chunks)

    def tags(self, entry: str) -> str:
        """The HTML that loads an entry: its styles, its script, and what the script imports."""
        [key] = [
            key
            for key, chunk in self._chunks.items()
            if chunk.get("isEntry") and chunk["name"] == entry
        ]
        needed = self._with_imports(key, {})
        styles = [style for chunk in needed for style in chunk.get("css", ())]
        script, *imports = [chunk["file"] for chunk in needed]
        return "\n".join(
            [
                *(
                    f'<link rel="stylesheet" href="{PATH}/{name}">'
                    for name in dict.fromkeys(styles)
                ),
                f'<script type="module" src="{PATH}/{script}"></script>',
                *(f'<link rel="modulepreload" href="{PATH}/{name}">' for name in imports),
            ]
        )

    def route(self) -> Route:
        """Where the files are."""
        return Route(PATH + "/{name}", self._file)

    def _with_imports(self, key: str, found: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """A chunk and all that it imports, each once."""
        if key not in found:
            found[key] = self._chunks[key]
            for each in found[key].get("imports", ()):
                self._with_imports(each, found)
        return list(found.values())

    async def _file(self, request: Request) -> Response:
        name: str = request.path_params["name"]
        type = _TYPES.get(Path(name).suffix)
        if type is None or name not in self._names:
            raise HTTPException(404)
        headers = {**_HEADERS, "ETag": f'"{name}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        packed = name + _PACKED
        if packed in self._names and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            name = packed
        return FileResponse(self._folder / name, headers=headers, media_type=type)
