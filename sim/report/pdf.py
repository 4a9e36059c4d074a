"""The brief as PDF, printed by what is installed: Chromium, or else WeasyPrint."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sim.rules.errors import ResourceError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)
LONGEST_SECONDS = 180


def print_pages(pages: Sequence[Path]) -> list[Path]:
    """Print each page to a PDF beside it: report.html to report.pdf; return the PDFs.

    Raises ResourceError where nothing that prints is installed, or where it fails.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None and importlib.util.find_spec("weasyprint") is None:
        raise ResourceError(
            [
                "a PDF needs Chromium, Chrome or WeasyPrint, and none is installed; the pages "
                f"{', '.join(page.name for page in pages)} are there, and any browser prints them",
                "install one: sudo apt install chromium, or pip install weasyprint",
            ]
        )
    printed = []
    for page in pages:
        target = page.with_suffix(".pdf")
        if browser is not None:
            _by_browser(browser, page, target)
        else:
            _by_weasyprint(page, target)
        printed.append(target)
    return printed


def _by_browser(browser: str, page: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *QUIET, f"--user-data-dir={profile}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to start as root with one
        command += [f"--print-to-pdf={target.resolve()}", page.resolve().as_uri()]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
            )
            said = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        except (OSError, subprocess.TimeoutExpired) as error:
            said = [str(error)]
    if not target.is_file():
        raise ResourceError([f"{browser} made no PDF of {page}: {said[0]}"])


def _by_weasyprint(page: Path, target: Path) -> None:
    try:
        from weasyprint import HTML

        HTML(filename=str(page)).write_pdf(str(target))
    except OSError as error:  # the libraries that it draws with are missing
        raise ResourceError([f"WeasyPrint made no PDF of {page}: {error}"]) from error
