"""What users install: nothing is missing from it, nothing is in it by accident, and it serves."""

from __future__ import annotations

import re
import subprocess
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import httpx
import pytest

from tests.packaging.conftest import ROOT, build, pages_are_built

BROWSER = {"Accept": "text/html"}
STATIC = "gql_tickets/web/static/"
needs_pages = pytest.mark.skipif(
    not pages_are_built(), reason="The pages are not built: run ./dev web (it needs Node.js)."
)


def names(wheel: Path) -> set[str]:
    """The files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def tracked(*folders: str) -> set[str]:
    """The files beneath the folders that are in the repository, or would be with `git add`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("This is not a git repository.")
    return set(listed.stdout.split("\0")) - {""}


def test_the_wheel_is_both_packages_and_no_more(wheel: Path) -> None:
    packed = {name for name in names(wheel) if ".dist-info/" not in name}
    code = {name for name in packed if not name.startswith(STATIC)}
    assert code == tracked("gql_tickets", "rest_compat")
    assert {"gql_tickets/py.typed", "rest_compat/py.typed"} <= code
    assert any(name.startswith("gql_tickets/store/migrations/versions/") for name in code)


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [path] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = HeaderParser().parsestr(archive.read(path).decode())
        [license] = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
        assert archive.read(license) == (ROOT / "LICENSE").read_bytes()
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"


@needs_pages
def test_the_wheel_has_the_pages_and_the_licenses_of_all_that_they_bundle(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        licenses = archive.read(STATIC + "licenses.md").decode()
        assert STATIC + "manifest.json" in archive.namelist()
    bundled = re.findall(r"^## (\S+) - \S+ \(", licenses, re.MULTILINE)
    assert {"graphiql", "preact", "react", "swagger-ui-dist", "monaco-editor"} <= set(bundled)
    assert "Copyright 2020-2021 SmartBear Software Inc." in licenses
    assert "\n## monaco-editor/ThirdPartyNotices.txt\n" in licenses


def test_the_wheel_of_the_sdist_is_the_wheel(wheel: Path, unpacked: Path, tmp_path: Path) -> None:
    build(unpacked, tmp_path, "wheel")
    [again] = tmp_path.glob("*.whl")
    assert names(again) == names(wheel)


def test_the_sdist_is_the_repository_with_the_pages(unpacked: Path) -> None:
    files = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    sources = {name for name in files if not name.startswith(STATIC)} - {"PKG-INFO"}
    left_out = {name for name in tracked() if name.startswith((".ci/", ".github/"))}
    assert sources == tracked() - left_out
    declared = tomllib.loads((unpacked / "pyproject.toml").read_text("utf-8"))
    assert unpacked.name == f"gql_tickets-{declared['project']['version']}"


def test_what_is_installed_is_the_wheel(installed: Path) -> None:
    code = "import gql_tickets, rest_compat; print(gql_tickets.__file__, rest_compat.__file__)"
    python = installed.with_name("python")
    answer = subprocess.run([python, "-c", code], cwd="/", capture_output=True, text=True)
    assert answer.stderr == ""
    venv = str(installed.parents[1])
    assert all(path.startswith(venv) for path in answer.stdout.split())


@needs_pages
@pytest.mark.parametrize("path", ["/", "/board", "/graphql", "/api/docs"])
def test_a_page_comes_with_all_its_files(demo: httpx.Client, path: str) -> None:
    page = demo.get(path, headers=BROWSER)
    assert page.status_code == 200
    assert "not built" not in page.text
    files = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)
    assert files
    assert {demo.get(file).status_code for file in files} == {200}


def test_both_doors_answer(demo: httpx.Client) -> None:
    assert demo.get("/healthz").json() == {"status": "ok"}
    assert demo.get("/api/openapi.json").json()["openapi"].startswith("3.1")
    listed = demo.get("/api/v1/ext/orgs/my-org/tickets").json()
    asked = demo.post("/graphql", json={"query": "{ tickets { totalCount } }"}).json()
    assert listed["total"] == asked["data"]["tickets"]["totalCount"] > 100
