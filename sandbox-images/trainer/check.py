"""Static check of a submission, in milliseconds and without running it.

    python check.py --submission DIR --out OUT

Classes: `syntax-error`, `forbidden-import`, `escaping-path`, `too-large`, and `invalid-config`
where train.yaml is missing (its content is checked by the environment). It gives an agent early and
clear answers and stops accidents; it is no boundary against malice. That is the curation sandbox.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import stat
import sys
import warnings
from pathlib import Path, PurePosixPath

from result import Failure, reporting, write_result

SCRIPT = "process_data.py"
CONFIG = "train.yaml"
MAX_FILE_BYTES = 256_000
MAX_TOTAL_BYTES = 1_000_000
MAX_FILES = 32

ALLOWED_MODULES = frozenset(
    """__future__ abc argparse array ast base64 bisect calendar collections contextlib copy csv
    dataclasses datetime decimal difflib enum fractions functools glob gzip hashlib heapq html io
    itertools json keyword locale logging math numbers numpy operator os pathlib pprint random re
    secrets shlex statistics string struct sys textwrap time tokenize traceback types typing
    unicodedata uuid warnings zlib""".split()
)
FORBIDDEN_NAMES = frozenset(
    "eval exec compile __import__ __builtins__ __loader__ __spec__ globals".split()
)
#: Attributes that no curation needs, of whatever object they are asked.
FORBIDDEN_ATTRIBUTES = frozenset(
    """__subclasses__ __bases__ __base__ __mro__ __globals__ __builtins__ __code__ __closure__
    __import__ __loader__ __dict__ __reduce__ __reduce_ex__ __getattribute__ _getframe settrace
    setprofile ctypeslib f2py fork forkpty execv execve execvp execvpe execl execle execlp execlpe
    spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe posix_spawn posix_spawnp popen
    system startfile kill killpg chroot chown lchown setuid setgid symlink link mkfifo mknod
    symlink_to hardlink_to link_to""".split()
)
PATH_CALLS = frozenset(
    """open Path PurePath PosixPath listdir scandir walk glob iglob unlink mkdir makedirs rmdir
    chdir readlink fromfile loadtxt genfromtxt""".split()
)


def main() -> int:
    """Checks the submission; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--submission", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with reporting(args.out):
        files = list_files(args.submission)
        names = {file.as_posix() for file in files}
        if SCRIPT not in names:
            raise Failure("syntax-error", f"the submission has no {SCRIPT}")
        if CONFIG not in names:
            raise Failure("invalid-config", f"the submission has no {CONFIG}")
        local = {file.stem for file in files if file.suffix == ".py" and len(file.parts) == 1}
        for file in files:
            if file.suffix == ".py":
                check_source((args.submission / file).read_bytes(), file.as_posix(), local)
        write_result(args.out, {"files": [describe(args.submission, file) for file in files]})
    return 0


def list_files(folder: Path) -> list[PurePosixPath]:
    """Relative paths of the regular files. Raises Failure for links, devices and anything too
    large.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise Failure("escaping-path", "the submission is not a folder")
    found: list[PurePosixPath] = []
    total = 0
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(folders + names):
            path = Path(parent, name)
            shown = path.relative_to(folder).as_posix()
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                raise Failure("escaping-path", f"{shown} is a symbolic link")
            if stat.S_ISDIR(status.st_mode):
                continue
            if not stat.S_ISREG(status.st_mode):
                raise Failure("escaping-path", f"{shown} is not a regular file")
            if status.st_size > MAX_FILE_BYTES:
                raise Failure(
                    "too-large", f"{shown} has {status.st_size} bytes, allowed are {MAX_FILE_BYTES}"
                )
            total += status.st_size
            found.append(PurePosixPath(shown))
    if total > MAX_TOTAL_BYTES or len(found) > MAX_FILES:
        allowed = f"allowed are {MAX_FILES} files of {MAX_TOTAL_BYTES} bytes together"
        raise Failure(
            "too-large",
            f"the submission has {len(found)} files of {total} bytes together; {allowed}",
        )
    return found


def check_source(source: bytes, name: str, local: set[str]) -> None:
    """Compiles a script without running it and walks its tree. `local`: modules of the submission
    itself.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, filename=name)
            compile(tree, name, "exec")
    except SyntaxError as error:
        raise Failure("syntax-error", f"{name} line {error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Failure("syntax-error", f"{name} does not compile: {str(error)[:200]}") from error
    for node in ast.walk(tree):
        where = f"{name} line {getattr(node, 'lineno', '?')}"
        if isinstance(node, ast.Import):
            for alias in node.names:
                check_module(alias.name, where, local)
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0:
                check_module(node.module or "", where, local)
            for alias in node.names:
                check_attribute(alias.name, where)
                if alias.name == "*" and node.module in ("os", "sys"):
                    raise Failure(
                        "forbidden-import", f"{where}: 'from {node.module} import *' is not allowed"
                    )
        elif isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES:
            raise Failure("forbidden-import", f"{where}: the name '{node.id}' is not allowed")
        elif isinstance(node, ast.Attribute):
            check_attribute(node.attr, where)
        elif isinstance(node, ast.Call):
            check_path_argument(node, where)


def check_module(module: str, where: str, local: set[str]) -> None:
    """Raises Failure unless the import is of the allow-list or of the submission itself."""
    root = module.split(".")[0]
    if root not in ALLOWED_MODULES and root not in local:
        allowed = "the standard library's data and text modules, and numpy"
        raise Failure(
            "forbidden-import",
            f"{where}: the import of '{module}' is not allowed; allowed are {allowed}",
        )
    for part in module.split(".")[1:]:
        check_attribute(part, where)


def check_attribute(name: str, where: str) -> None:
    """Raises Failure for attributes that start processes, make links or reach into the
    interpreter.
    """
    if name in FORBIDDEN_ATTRIBUTES or name in FORBIDDEN_NAMES - {"compile"}:
        raise Failure("forbidden-import", f"{where}: '{name}' is not allowed")


def check_path_argument(call: ast.Call, where: str) -> None:
    """Raises Failure where a literal path handed to a file function is absolute or climbs out."""
    function = call.func
    called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", None)
    if called not in PATH_CALLS or not call.args or not isinstance(call.args[0], ast.Constant):
        return
    value = call.args[0].value
    if (
        isinstance(value, str)
        and len(value) > 1
        and (value[0] in "/~" or ".." in PurePosixPath(value).parts)
    ):
        raise Failure(
            "escaping-path",
            f"{where}: the path '{value[:80]}' leads out of the folders --sources and --output",
        )


def describe(folder: Path, file: PurePosixPath) -> dict[str, object]:
    """Path, size and digest of a file."""
    content = (folder / file).read_bytes()
    return {
        "path": file.as_posix(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


if __name__ == "__main__":
    sys.exit(main())
