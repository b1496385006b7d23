"""What is built and shipped: the wheel works alone, the lock files are clean, the image is made of what there is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")


def run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("POOLGATE_", "PYTHON"))}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.mark.slow
def test_the_wheel_carries_what_it_needs(wheel: Path) -> None:
    """Every file of the package and every migration is in the wheel, and nothing else is."""
    files = set(subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "service", "migrations"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines())  # fmt: skip
    expected = {re.sub("^migrations/", "service/migrations/", file) for file in files if (ROOT / file).exists()}
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert carried == expected


@pytest.mark.slow
def test_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """In an empty environment and an empty folder, the commands work from the wheel and the locked packages."""
    venv.create(tmp_path / "venv", with_pip=True)
    bin_folder = tmp_path / "venv" / "bin"
    pip = (bin_folder / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", ROOT / "requirements.lock", cwd=tmp_path)
    run(*pip, "--no-deps", wheel, cwd=tmp_path)
    folder = tmp_path / "empty"
    folder.mkdir()
    where = run(bin_folder / "python", "-c", "import service; print(service.__file__)", cwd=folder)
    assert where.startswith(str(tmp_path))
    assert "POOLGATE_BIND=127.0.0.1:8000  (default)" in run(bin_folder / "poolgate", "settings", cwd=folder)
    assert "poolgate-demo.db is ready" in run(bin_folder / "poolgate", "demo", cwd=folder)
    assert "nothing to do: the database is at 0001" in run(bin_folder / "poolgate", "migrate", cwd=folder)
    assert "from 0001 to base: 0001" in run(bin_folder / "python", "-m", "service", "migrate", "base", cwd=folder)


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_versions_and_hashes_only(name: str) -> None:
    """A lock file names no index, no path and no address, and every package has a version and a hash."""
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    package = re.compile(r"[a-z0-9][a-z0-9._-]*==[\w.]+( ; [^\\/:]+)? \\")
    assert [
        line for line in lines if not (package.fullmatch(line) or re.match(r"    --hash=sha256:[0-9a-f]{64}", line))
    ] == []
    assert "://" not in text
    for block in re.split(r"\n(?=[a-z0-9])", "\n".join(lines)):
        assert "--hash=sha256:" in block, block


@pytest.mark.parametrize(
    "folder, group", [("tests/clients", "devDependencies"), ("benchmarks/npm", "optionalDependencies")]
)
def test_locks_of_npm_hold_versions_and_hashes_only(folder: str, group: str) -> None:
    """The lock file of what comes from npm names no address, and every package has a version and a hash."""
    text = (ROOT / folder / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    wanted = packages.pop("")[group]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    for package in packages.values():
        assert package["version"]
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package


def test_locks_agree() -> None:
    """What is tested and measured is what is shipped: the lock files name the same versions."""
    shipped, tested, measured = (
        dict(re.findall(r"^([\w.-]+)==([^ ]+)", (ROOT / name).read_text(), re.M)) for name in LOCKS
    )
    assert shipped.items() < tested.items()
    assert shipped.items() < measured.items()
    assert [name for name in measured if measured[name] != tested.get(name, measured[name])] == []


def test_locks_cover_the_project() -> None:
    """Every package that the project asks for is in its lock file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    asked = project["project"]["dependencies"], groups["dev"], groups["bench"]
    for name, requirements in zip(LOCKS, asked, strict=True):
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / name).read_text(), re.M))
        wanted = {re.split(r"[\[<>=!~; ]", requirement)[0].lower() for requirement in requirements}
        assert wanted <= locked


def test_the_image_copies_what_there_is() -> None:
    """Each source that the Dockerfile copies exists and is let through by .dockerignore."""
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.M)
    sources = {source for copy in copies for source in copy.split()}
    assert sources == let_through
    assert all((ROOT / source).exists() for source in sources)
