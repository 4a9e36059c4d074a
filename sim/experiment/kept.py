"""A finished replication of a run on the disk, so that it need never be run again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.experiment import parts, row_parts
from sim.experiment.outcomes import Reduction
from sim.experiment.replicated import Replicated
from sim.experiment.trial import Found
from sim.rules.errors import DataError

CLASSES = {one.__name__: one for one in (Replicated, Reduction, Found)}
SCHEMA = pa.schema([
    ("type", pa.string()), ("shape", pa.list_(pa.int64())), ("content", pa.binary()),
])  # fmt: skip
AGAIN = "delete it, and --resume runs that replication again"


@dataclass(frozen=True)
class Kept:
    """Where the replications of a run are kept, and the name of its configuration."""

    folder: Path
    configuration: str

    def path(self, replication: int) -> Path:
        """The file of a replication; its rows lie beside it (`row_parts`)."""
        return self.folder / f"{replication:05d}.parquet"

    def write(self, done: Replicated) -> None:
        """Keep a finished replication; after this it is on the disk, whole."""
        arrays: list[np.ndarray] = []
        content = json.dumps(_plain(done, arrays)).encode()
        rows = [{"type": "json", "shape": [], "content": content}]
        rows += [
            {"type": array.dtype.str, "shape": list(array.shape), "content": array.tobytes()}
            for array in arrays
        ]
        parts.write(
            self.path(done.replication),
            {"configuration": self.configuration, "replication": done.replication},
            pa.Table.from_pylist(rows, schema=SCHEMA),
        )

    def read(self, replication: int) -> Replicated:
        """A finished replication.

        Raises DataError naming the file where it, or one of its rows, is missing or damaged or
        of another run.
        """
        path = self.path(replication)
        what = f"replication {replication}"
        _, table = parts.read(path, self.configuration, replication, what, AGAIN)
        first, *others = table.to_pylist()
        arrays = [
            np.frombuffer(one["content"], dtype=one["type"]).reshape(one["shape"]).copy()
            for one in others
        ]
        found = _whole(json.loads(first["content"]), arrays)
        assert isinstance(found, Replicated)
        if problems := row_parts.damage(self.folder, replication, found.row_sums):
            raise DataError([f"{problem}; delete {path.name} too: --resume runs that replication "
                             "again" for problem in problems])  # fmt: skip
        return found

    def there(self) -> list[int]:
        """Numbers of the replications that are kept, not read yet."""
        names = (path.stem for path in self.folder.glob("*.parquet"))
        return sorted(int(name) for name in names if name.isdigit())

    def forget_orphans(self) -> None:
        """Remove rows of replications that did not come to their end."""
        whole = {path.stem for path in self.folder.glob("*.parquet") if path.stem.isdigit()}
        for path in self.folder.glob("*-*.parquet*"):
            if path.stem.partition("-")[0] not in whole:
                with suppress(OSError):
                    path.unlink()

    def read_all(self, replications: int) -> dict[int, Replicated]:
        """Those of the first so many replications that are kept, each found whole.

        Raises DataError that names every file which is not.
        """
        found: dict[int, Replicated] = {}
        problems: list[str] = []
        for replication in self.there():
            if replication < replications:
                try:
                    found[replication] = self.read(replication)
                except DataError as error:
                    problems += error.problems
        if problems:
            raise DataError(problems)
        return found


def _plain(value: Any, arrays: list[np.ndarray]) -> Any:
    """What JSON can hold; arrays are put aside, and what has a type of its own is marked."""
    if isinstance(value, np.ndarray):
        arrays.append(np.ascontiguousarray(value))
        return {"array": len(arrays) - 1}
    if is_dataclass(value):
        named = {one.name: _plain(getattr(value, one.name), arrays) for one in fields(value)}
        return {"class": type(value).__name__, "fields": named}
    if isinstance(value, Mapping):
        return {"items": [[_plain(k, arrays), _plain(v, arrays)] for k, v in value.items()]}
    if isinstance(value, tuple):
        return {"tuple": [_plain(one, arrays) for one in value]}
    if isinstance(value, list):
        return [_plain(one, arrays) for one in value]
    return value.item() if isinstance(value, np.generic) else value


def _whole(plain: Any, arrays: list[np.ndarray]) -> Any:
    """The other way round."""
    if isinstance(plain, list):
        return [_whole(one, arrays) for one in plain]
    if not isinstance(plain, dict):
        return plain
    if "array" in plain:
        return arrays[plain["array"]]
    if "tuple" in plain:
        return tuple(_whole(one, arrays) for one in plain["tuple"])
    if "items" in plain:
        return {_whole(key, arrays): _whole(value, arrays) for key, value in plain["items"]}
    named = {name: _whole(value, arrays) for name, value in plain["fields"].items()}
    return CLASSES[plain["class"]](**named)
