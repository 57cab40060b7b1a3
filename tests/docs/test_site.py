"""The documentation as a site: whole, every link leads somewhere, and nobody else hears of its readers."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.blocks import ROOT

DOCS = ROOT / "docs"
CONFIGURATION = (ROOT / "zensical.toml").read_text("utf-8")
LINKED = {
    "a": "href",
    "img": "src",
    "link": "href",
    "script": "src",
    "source": "src",
    "iframe": "src",
}
PICTURE_BYTES_MAX = 200 * 1024


class Page(HTMLParser):
    """What a page names, and what can be named in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links and ids."""
        given = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := given.get(name))}
        target = given.get(LINKED.get(tag, ""))
        if target and given.get("rel") != "canonical":
            self.links.append((tag, target))


def included() -> list[str]:
    """The files beside the sources that pages consist of."""
    return [
        name
        for page in DOCS.glob("*.md")
        for name in re.findall(r'^--8<-- "(.+)"$', page.read_text("utf-8"), re.MULTILINE)
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with a warning as an error."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(DOCS, folder / "docs")
    for name in ("zensical.toml", *included()):
        shutil.copy(ROOT / name, folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout
    return folder / "site"


def links(site: Path) -> Iterator[tuple[Path, str, str]]:
    """Every link of every page."""
    for path in sorted(site.rglob("*.html")):
        for tag, target in Page(path).links:
            yield path, tag, target


def test_every_link_leads_somewhere(site: Path) -> None:
    pages = {path: Page(path) for path in site.rglob("*.html")}
    broken = []
    for path, _, link in links(site):
        parts = urlsplit(link)
        if parts.scheme or path.name == "404.html":  # whose links begin at the site's own address
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        target = target / "index.html" if target.is_dir() else target
        known = pages[target].anchors if target in pages else {parts.fragment}
        if not target.is_file() or (parts.fragment and parts.fragment not in known):
            broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


def test_a_page_loads_nothing_from_elsewhere(site: Path) -> None:
    loaded = [
        (path, link) for path, tag, link in links(site) if tag != "a" and urlsplit(link).netloc
    ]
    assert loaded == []
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert styles
    assert [url for text in styles for url in re.findall(r"url\(['\"]?(https?:[^)]*)", text)] == []


def test_every_page_can_be_found(site: Path) -> None:
    assert site.is_dir()
    listed = set(re.findall(r'"([\w/-]+\.md)"', CONFIGURATION))
    assert listed == {path.name for path in DOCS.glob("*.md")} | {"decisions/README.md"}


def test_every_decision_is_listed_by_its_title() -> None:
    index = (DOCS / "decisions/README.md").read_text("utf-8")
    for path in (DOCS / "decisions").glob("0*.md"):
        number, _, title = (
            path.read_text("utf-8").splitlines()[0].removeprefix("# ").partition(". ")
        )
        assert f"\n{number}. [{title}]({path.name})\n" in index


def test_every_picture_is_shown_and_light() -> None:
    pictures = {path.name: path for path in (DOCS / "pictures").iterdir()}
    shown = [
        name
        for page in DOCS.glob("*.md")
        for name in re.findall(r"\(pictures/([\w.-]+)", page.read_text("utf-8"))
    ]
    assert pictures.keys() == set(shown)
    for picture in pictures.values():
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size < PICTURE_BYTES_MAX


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_a_link_of_a_document_beside_the_sources_leads_somewhere(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    named = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [each for each in named if not (ROOT / each).exists()] == []


def test_the_configuration_is_as_strict_as_it_can_be() -> None:
    extensions = tomllib.loads(CONFIGURATION)["project"]["markdown_extensions"]
    assert extensions["pymdownx"]["snippets"]["check_paths"] is True
