"""Build hook: learns the phrasings of knowledge/ into bot/_index, so that an installed command answers at once.

Runs for wheels and editable installs, and as `python hatch_build.py` where one wants to see the progress (the Makefile does).
An index that fits the phrasings is kept as it is; older ones are removed.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NAME = """
from pathlib import Path
from bot.files.index_files import index_name
from bot.files.knowledge_files import load_knowledge
folder = Path("knowledge")
print(index_name(folder, load_knowledge(folder).topics))
"""
_SHIPPED = ("knowledge", "templates")


class IndexHook(BuildHookInterface[Any]):
    """What hatchling calls before it packs a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fit the index if need be, and add what is no source: the index, knowledge and templates."""
        fit_index(Path(self.root))
        build_data["artifacts"].append("/bot/_index/*.npz")
        if version == "standard":  # an editable install reads knowledge/ and templates/ where they are
            build_data["force_include"] |= {str(Path(self.root) / name): f"bot/_data/{name}" for name in _SHIPPED}


def fit_index(root: Path) -> Path:
    """The index of the phrasings below `root`, learnt now unless it is there; removes every other one."""
    folder = root / "bot" / "_index"
    index = folder / _python(root, "-c", _NAME, captured=True).strip()
    for other in folder.glob("index-*.npz"):
        if other != index:
            other.unlink()
    if not index.exists():
        _python(root, "-m", "bot", "--knowledge", "knowledge", "fit", "--into", str(folder))
    if not index.exists():
        raise FileNotFoundError(f"`callboard fit` did not write {index}")
    return index


def _python(root: Path, *arguments: str, captured: bool = False) -> str:
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=root, env=environment, stdout=subprocess.PIPE if captured else None, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError("the phrasings could not be learnt, the lines above say why")
    return done.stdout or ""


if __name__ == "__main__":
    try:
        fit_index(Path(__file__).resolve().parent)
    except (RuntimeError, KeyboardInterrupt) as error:
        sys.exit(f"{Path(__file__).name}: {str(error) or 'interrupted'}")
