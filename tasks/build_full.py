"""The full tier's data: fetches public sources and base models, and makes a task of them.

    python tasks/build_full.py fetch --task aime25 --store DIR [--model qwen-7b]
        [--from MIRROR] [--accept-licence] [--pin]
    python tasks/build_full.py build --task aime25 --store DIR --out DIR [--seed 0]

`fetch` is the only part that uses the network. Ends with 1 where the network refuses, 2 where a
file, a licence or a pin is in the way, 3 where there is no such task; the last line says what to
do.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from types import ModuleType

TASKS = Path(__file__).resolve().parent
sys.path.insert(0, str(TASKS))
sys.path.append(str(TASKS.parent / "sandbox-images" / "evaluator"))

from build_mini import find_task, load_card, load_module
from errors import BadInput, stop
from full_kit.corpus import FullCorpus
from full_kit.fetch import Progress, Unreachable, download
from full_kit.manifest import MANIFEST, PINS, Source, add_pins, load_manifest, pin_key
from full_kit.store import Store, check_file, find_in_mirror, place


def loader_of(task: str) -> ModuleType:
    """The task's full.py: `SOURCES` (names in the manifest) and `build(corpus)`."""
    path = find_task(task) / "full.py"
    if not path.is_file():
        print(f"task {task!r} has no loader for the full tier ({path})", file=sys.stderr)
        raise SystemExit(3)
    return load_module(path, f"full_{task.replace('-', '_')}")


def fetch(args: argparse.Namespace) -> None:
    """Brings everything that the tasks and models need into the store, and checks it."""
    known = load_manifest(args.manifest, args.pins)
    names = dict.fromkeys(name for task in args.task for name in loader_of(task).SOURCES)
    wanted = [known["sources"][name] for name in names]
    for name in args.model:
        if name not in known["models"]:
            raise BadInput(
                f"{args.manifest}: no model {name!r}; it has {', '.join(known['models'])}"
            )
        wanted.append(known["models"][name])
    store = Store(args.store)
    with store.alone():
        fetch_all(known, wanted, store, args)
    print(json.dumps({"store": str(store.root), "sources": [s.name for s in wanted]}))


def fetch_all(
    known: dict[str, dict[str, Source]],
    wanted: list[Source],
    store: Store,
    args: argparse.Namespace,
) -> None:
    """Licences first, then each source; what the network refuses is told for all at once."""
    accept_licences(wanted, store, args.accept_licence)
    refused: list[BadInput] = []
    away: list[str] = []  # what a network that refuses leaves to be fetched by hand
    reason = None
    unpinned: list[str] = []
    for source in wanted:
        try:
            unpinned += fetch_source(source, store, args, connected=reason is None)
        except BadInput as error:
            refused.append(error)
        except Unreachable as error:
            reason = reason or str(error)
            away.append(by_hand(source))
    if reason is not None:
        places = "; ".join(away)
        print(f"{reason}; {places}; then add --from MIRROR", file=sys.stderr)
        raise SystemExit(1)
    if refused:
        raise BadInput("; ".join(map(str, refused)))
    if unpinned:
        raise BadInput(
            f"{len(unpinned)} files have no pinned sha256 yet (the first: {unpinned[0]}): "
            "look at them, then pin them once with --pin; from then on they are verified"
        )
    for name in args.model:
        complete_model(known["models"][name], store)


def accept_licences(wanted: list[Source], store: Store, accept: bool) -> None:
    """Shows the licences that have to be accepted, and notes it where the operator says so."""
    refused = []
    for source in wanted:
        if store.accepted(source):
            continue
        print(
            f"{source.name}: {source.repository}, licence {source.licence}: {source.licence_url}",
            file=sys.stderr,
        )
        if accept:
            store.accept(source)
        else:
            refused.append(source)
    if refused:
        names = ", ".join(dict.fromkeys(f"{s.name} ({s.licence})" for s in refused))
        raise BadInput(
            f"licences to accept first: {names}: read them, then add --accept-licence; "
            "it is asked once"
        )


def fetch_source(
    source: Source, store: Store, args: argparse.Namespace, *, connected: bool
) -> list[str]:
    """Brings one source; returns the files that have no pin. Raises Unreachable or BadInput."""
    pins, unpinned, missing = {}, [], []
    complete = source.kind == "models" and store.model_folder(source.name).is_dir()
    for file in source.files:
        target = store.path(source, file)
        if source.kind == "models" and not complete:
            target = staging(source, store) / file.path
        if not target.is_file():
            mirror = find_in_mirror(args.mirror, source, file) if args.mirror else None
            if mirror is not None:
                check_file(mirror, file)
                place(mirror, target)
            elif args.mirror:
                missing.append(file.path)
                continue
            elif connected:
                fetch_file(source, file.path, target, args.endpoint)
            else:
                raise Unreachable(source.page)
        digest = check_file(target, file)
        if not file.pinned:
            if args.pin:
                size = target.stat().st_size
                pins[pin_key(source.name, file.path)] = {
                    "revision": source.revision,
                    "sha256": digest,
                    "bytes": size,
                }
            else:
                unpinned.append(str(target))
    if missing:
        raise BadInput(f"{args.mirror}: lacks files: {by_hand(source, missing)}")
    if pins:
        add_pins(args.pins, pins)
        print(f"{source.name}: {len(pins)} files pinned in {args.pins}", file=sys.stderr)
    return unpinned


def fetch_file(source: Source, path: str, target: Path, endpoint: str) -> None:
    """Downloads one file. Raises Unreachable or BadInput."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        named = download(source.url(endpoint, path), target, Progress(f"{source.name}/{path}"))
    except BadInput as error:
        where = f" ({source.page})" if source.gated else ""
        raise BadInput(f"{error}{where}") from error
    if named is not None:
        file = source.file(path)
        wrong = type(file)(path=path, sha256=named, git_oid=None, alternatives=())
        try:
            check_file(target, wrong)
        except BadInput:
            target.unlink()
            raise BadInput(
                f"{target}: what came is not what the server announced (sha256 {named}); try again"
            ) from None


def by_hand(source: Source, paths: list[str] | None = None) -> str:
    """What to fetch, and where to put it."""
    wanted = [file.path for file in source.files] if paths is None else paths
    shown = ", ".join(wanted[:3]) + (f" and {len(wanted) - 3} more" if len(wanted) > 3 else "")
    return (
        f"fetch {shown} of {source.page} (revision {source.revision}) and put them under "
        f"MIRROR/{source.repository}/"
    )


def staging(source: Source, store: Store) -> Path:
    """Where a model lies until it is complete."""
    return store.root / "models" / f".{source.name}.part"


def complete_model(source: Source, store: Store) -> None:
    """Moves a model to its place when all its files are there."""
    if not store.model_folder(source.name).is_dir():
        staging(source, store).rename(store.model_folder(source.name))


def build(args: argparse.Namespace) -> None:
    """Makes the task of what lies in the store."""
    task = args.task[0]
    loader = loader_of(task)
    card = load_card(find_task(task))
    if "full" not in card["tiers"]:
        print(f"task {task!r} has no full tier on its card", file=sys.stderr)
        raise SystemExit(3)
    known = load_manifest(args.manifest, args.pins)["sources"]
    store = Store(args.store)
    again = f"`dojo data prepare --tier full --task {task}`"
    for name in loader.SOURCES:
        source = known[name]
        if not store.accepted(source):
            raise BadInput(
                f"the licence of {name} ({source.licence}) was not accepted here: run {again}"
            )
        for file in source.files:
            if not store.path(source, file).is_file():
                raise BadInput(f"{store.path(source, file)} is not there: run {again}")
            if not file.pinned:
                raise BadInput(
                    f"{store.path(source, file)} has no pinned sha256: run {again} --pin"
                )
    card["tiers"]["full"]["splits"].update(json.loads(args.splits))
    args.out.mkdir(parents=True, exist_ok=True)
    wanted = {name: known[name] for name in loader.SOURCES}
    corpus = FullCorpus(card, wanted, store, args.out, args.seed)
    loader.build(corpus)
    corpus.finish()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=("fetch", "build"))
    parser.add_argument("--task", action="append", default=[])
    parser.add_argument("--model", action="append", default=[], help="name in the manifest")
    parser.add_argument("--store", required=True, type=Path, help="folder of downloads")
    parser.add_argument("--manifest", type=Path, default=MANIFEST)
    parser.add_argument("--pins", type=Path, default=PINS)
    parser.add_argument("--endpoint", default="https://huggingface.co")
    parser.add_argument("--from", dest="mirror", type=Path, default=None, help="local mirror")
    parser.add_argument("--accept-licence", action="store_true")
    parser.add_argument(
        "--pin", action="store_true", help="record the sha256 of files that have none"
    )
    parser.add_argument("--out", type=Path)
    parser.add_argument("--splits", default="{}", help="JSON: other sizes than the card's")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if args.mirror is not None and not args.mirror.is_dir():
        stop(BadInput(f"{args.mirror}: no such folder"))
    try:
        (fetch if args.step == "fetch" else build)(args)
    except BadInput as error:
        stop(error)
    except OSError as error:
        stop(BadInput(f"{error.filename or args.store}: {error.strerror or error}"))


if __name__ == "__main__":
    main()
