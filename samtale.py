"""Sets up a checkout in .venv the first time, then runs samtale there: python3 samtale.py run

It needs Python 3.11 or later with its pip and venv, and nothing else. The libraries are those
of requirements.lock, checked by their hashes; when the lock changes, .venv is made anew. The
libraries of the compiled engine are left out where there is no wheel of them.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE / ".venv"
STAMP = FOLDER / "made-by-samtale.txt"
OLDEST = (3, 11)
OPTIONAL = ("llvmlite", "numba")


def fail(message):
    """Ends with exit code 4 (a resource is missing) and says what to do."""
    print("samtale.py: " + message, file=sys.stderr)
    raise SystemExit(4)


def wanted():
    """What .venv must have been made from: this Python, this place, and the locked libraries."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((HERE / name).read_bytes())
    return f"{sys.version}\n{HERE}\n{digest.hexdigest()}\n"


def python_of(folder):
    """Where the Python of a virtual environment lies."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def check_python():
    """Stops when this Python is too old or cannot make a virtual environment."""
    if sys.version_info < OLDEST:
        fail(
            f"this is Python {sys.version_info[0]}.{sys.version_info[1]}; version 3.11 or later "
            "is needed. If you have one, name it: python3.11 samtale.py run"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        fail(
            "this Python cannot make a virtual environment, because its module venv or ensurepip "
            "is missing. On Debian and Ubuntu: sudo apt install python3-venv"
        )


def split_lock():
    """Writes the lock as two: what every run needs, and what only the compiled engine needs."""
    needed, optional = FOLDER / "needed.txt", FOLDER / "optional.txt"
    lock = (HERE / "requirements.lock").read_text(encoding="utf-8")
    pins = re.split(r"(?m)^(?=\S)", lock)
    parts = {needed: [], optional: []}
    for pin in pins:
        parts[optional if pin.split("==")[0] in OPTIONAL else needed].append(pin)
    for file, lines in parts.items():
        file.write_text("".join(lines), encoding="utf-8")
    return str(needed), str(optional)


def set_up():
    """Makes .venv with the locked libraries and this checkout; half-made ones are made again."""
    check_python()
    if FOLDER.exists() and not STAMP.exists():
        fail(
            f"{FOLDER} was made by something else. Use it (samtale run), or delete it and start "
            "again."
        )
    print(f"Setting up in {FOLDER} (once; a minute or two) ...", file=sys.stderr, flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    STAMP.write_text("unfinished\n", encoding="utf-8")
    python = str(python_of(FOLDER))
    needed, optional = split_lock()
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    steps = (
        ("make a virtual environment", [sys.executable, "-m", "venv", str(FOLDER)]),
        (
            "install the libraries of requirements.lock",
            [*pip, "--use-pep517", "--require-hashes", "-r", needed],
        ),
        (
            "install this checkout",
            [*pip, "--no-deps", "--no-build-isolation", "--editable", str(HERE)],
        ),
    )
    for what, command in steps:
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:
            fail(f"could not {what} (see above). Mend the cause and run the same command again.")
    wheels = [*pip, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", optional]
    if subprocess.run(wheels, capture_output=True, check=False).returncode != 0:
        print(
            "Numba could not be installed (most often: no wheel of it for this Python or system). "
            "The compiled engine is left out, and SimPy serves.",
            file=sys.stderr,
        )
    STAMP.write_text(wanted(), encoding="utf-8")


def main():
    """Sets up if need be, and hands over to the samtale of .venv."""
    if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != wanted():
        set_up()
    command = [str(python_of(FOLDER)), "-P", "-m", "sim", *sys.argv[1:]]
    if os.name != "nt":
        os.execv(command[0], command)
    raise SystemExit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
