"""Downloads of the full tier against a hub on this machine that breaks off, falters and lies."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import full_fixtures
import pytest
from task_modules import ROOT

if str(ROOT / "tests" / "tasks") not in sys.path:
    sys.path.append(str(ROOT / "tests" / "tasks"))

import build_full
from errors import BadInput
from full_kit.fetch import Unreachable, download


class Hub:
    """Files by path, and what goes wrong: a list of faults, taken one for each request."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: list[str] = []
        self.requests: list[tuple[str, str | None, str | None]] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = unquote(self.path)
                ranged, token = self.headers.get("Range"), self.headers.get("Authorization")
                hub.requests.append((path, ranged, token))
                fault = hub.faults.pop(0) if hub.faults else ""
                if fault.isdigit():
                    return self.send_error(int(fault))
                if path not in hub.files:
                    return self.send_error(404)
                data = hub.files[path]
                start = (
                    int(ranged.removeprefix("bytes=").rstrip("-"))
                    if ranged and fault != "no-ranges"
                    else 0
                )
                if start >= len(data) and start:
                    return self.send_error(416)
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(data) - start))
                digest = hashlib.sha256(b"other" if fault == "lie" else data).hexdigest()
                self.send_header("X-Linked-ETag", f'"{digest}"')
                self.end_headers()
                end = start + (len(data) - start) // 2 if fault == "break" else len(data)
                self.wfile.write(data[start:end])

            def log_message(self, *args: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that runs; pauses between tries are none."""
    monkeypatch.setenv("DOJO_FETCH_PAUSE", "0")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    found = Hub()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


DATA = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(DATA).hexdigest()


def quiet(done: int, total: int | None) -> None:
    """Progress that nobody wants."""


def test_a_download_that_breaks_off_goes_on_where_it_was(hub: Hub, tmp_path: Path) -> None:
    hub.files["/a"] = DATA
    hub.faults = ["break", "503", "break", "429"]
    target = tmp_path / "folder" / "a"
    seen: list[tuple[int, int | None]] = []
    assert (
        download(f"{hub.url}/a", target, lambda done, total: seen.append((done, total))) == SHA256
    )
    assert target.read_bytes() == DATA and list(target.parent.iterdir()) == [target]
    assert [ranged for _, ranged, _ in hub.requests] == [
        None,
        *[f"bytes={len(DATA) // 2}-"] * 2,
        *[f"bytes={len(DATA) * 3 // 4}-"] * 2,
    ]
    assert seen[-1] == (len(DATA), len(DATA)) and all(total == len(DATA) for _, total in seen)


def test_a_download_of_an_earlier_process_is_continued(hub: Hub, tmp_path: Path) -> None:
    hub.files["/a"] = DATA
    (tmp_path / "a.part").write_bytes(DATA[:1000])
    download(f"{hub.url}/a", tmp_path / "a", quiet)
    assert (tmp_path / "a").read_bytes() == DATA
    assert hub.requests[0][1] == "bytes=1000-"


def test_a_server_without_ranges_and_a_part_of_another_file_start_again(
    hub: Hub, tmp_path: Path
) -> None:
    hub.files["/a"] = DATA
    (tmp_path / "a.part").write_bytes(b"x" * 1000)
    hub.faults = ["no-ranges"]
    download(f"{hub.url}/a", tmp_path / "a", quiet)
    assert (tmp_path / "a").read_bytes() == DATA
    (tmp_path / "b.part").write_bytes(b"x" * (len(DATA) + 1))
    download(f"{hub.url}/a", tmp_path / "b", quiet)
    assert (tmp_path / "b").read_bytes() == DATA


def test_a_refusal_is_told_at_once_and_a_server_that_stays_away_after_some_tries(
    hub: Hub, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="answers 404"):
        download(f"{hub.url}/none", tmp_path / "a", quiet)
    assert len(hub.requests) == 1
    hub.faults = ["401"]
    with pytest.raises(BadInput, match="HF_TOKEN"):
        download(f"{hub.url}/none", tmp_path / "a", quiet)
    hub.faults = ["503"] * 9
    with pytest.raises(Unreachable, match="503"):
        download(f"{hub.url}/none", tmp_path / "a", quiet)
    assert len(hub.requests) == 7


def serve(hub: Hub, mirror: Path, kind: str, repository: str, revision: str) -> None:
    """Offers a mirror's repository as the hub does."""
    folder = mirror / repository
    for path in folder.rglob("*"):
        if path.is_file():
            prefix = "/datasets" if kind == "datasets" else ""
            hub.files[
                f"{prefix}/{repository}/resolve/{revision}/{path.relative_to(folder).as_posix()}"
            ] = path.read_bytes()


def fetch(hub: Hub, root: Path, *options: Any) -> None:
    """Fetches AIME's sources from the hub."""
    common = [
        "--store",
        root / "store",
        "--manifest",
        root / "manifest.yaml",
        "--pins",
        root / "pins.json",
    ]
    arguments = sys.argv
    sys.argv = [
        "build_full.py",
        "fetch",
        *map(str, common),
        "--endpoint",
        hub.url,
        *map(str, options),
    ]
    try:
        build_full.main()
    finally:
        sys.argv = arguments


def message_of(capsys: pytest.CaptureFixture[str], code: int, run: Any) -> str:
    """The last line with which a step ends."""
    with pytest.raises(SystemExit) as ended:
        run()
    lines = capsys.readouterr().err.strip().split("\n")
    assert ended.value.code == code, lines
    return lines[-1]


def offered(hub: Hub, root: Path) -> Path:
    """AIME's two sources on the hub, and a manifest that knows no digest."""
    full_fixtures.deepscaler(root / "mirror")
    full_fixtures.aime2025(root / "mirror")
    full_fixtures.loose_manifest(root / "manifest.yaml")
    serve(
        hub,
        root / "mirror",
        "datasets",
        "agentica-org/DeepScaleR-Preview-Dataset",
        "b6ae8c60f5c1f2b594e2140b91c49c9ad0949e29",
    )
    serve(
        hub,
        root / "mirror",
        "datasets",
        "opencompass/AIME2025",
        "a6ad95f611d72cf628a80b58bd0432ef6638f958",
    )
    return root


def test_sources_come_from_the_hub_at_their_revision_with_the_operators_token(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    fetch(hub, offered(hub, tmp_path), "--task", "aime25", "--pin")
    assert {token for _, _, token in hub.requests} == {"Bearer hf_test"}
    assert "deepscaler/deepscaler.json: 0.0 of 0.0 MB" in capsys.readouterr().err
    count = len(hub.requests)
    fetch(hub, tmp_path, "--task", "aime25")
    assert len(hub.requests) == count, "what is there is not asked for again"
    pins = json.loads((tmp_path / "pins.json").read_text())
    assert set(pins) == {
        "deepscaler/deepscaler.json",
        "aime2025/aime2025-I.jsonl",
        "aime2025/aime2025-II.jsonl",
    }


def test_content_that_is_not_what_the_server_announced_is_thrown_away(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offered(hub, tmp_path)
    hub.faults = ["lie"]
    message = message_of(capsys, 2, lambda: fetch(hub, tmp_path, "--task", "aime25", "--pin"))
    assert "not what the server announced" in message
    assert not list((tmp_path / "store").rglob("deepscaler.json"))


def test_what_the_network_refuses_is_named_with_the_place_for_it(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offered(hub, tmp_path)
    hub.faults = ["502"] * 100
    message = message_of(capsys, 1, lambda: fetch(hub, tmp_path, "--task", "aime25", "--pin"))
    assert len(hub.requests) == 5, "once the hub is away, it is not asked for more"
    for part in (
        *(
            "deepscaler.json of https://huggingface.co/datasets/agentica-org/DeepScaleR-Preview-Dataset",
            "--from MIRROR",
        ),
        *("MIRROR/opencompass/AIME2025/", "a6ad95f611d72cf628a80b58bd0432ef6638f958"),
    ):
        assert part in message


def test_a_base_model_appears_whole_or_not_at_all(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offered(hub, tmp_path)
    folder = tmp_path / "mirror" / "Qwen" / "Qwen2.5-0.5B-Instruct"
    for name in ("model.safetensors", "config.json", "generation_config.json", "tokenizer.json"):
        full_fixtures.put(folder / name, name)
    revision = "7ae557604adf67be50417f59c2c2f167def9a775"
    serve(hub, tmp_path / "mirror", "models", "Qwen/Qwen2.5-0.5B-Instruct", revision)
    model = tmp_path / "store" / "models" / "qwen-500m"
    message = message_of(capsys, 2, lambda: fetch(hub, tmp_path, "--model", "qwen-500m", "--pin"))
    assert "tokenizer_config.json" in message and "404" in message and not model.exists()
    full_fixtures.put(folder / "tokenizer_config.json", "x")
    serve(hub, tmp_path / "mirror", "models", "Qwen/Qwen2.5-0.5B-Instruct", revision)
    fetch(hub, tmp_path, "--model", "qwen-500m", "--pin")
    assert sorted(path.name for path in model.iterdir()) == sorted(
        path.name for path in folder.iterdir()
    )
    (model / "config.json").write_text("changed")
    assert "pinned" in message_of(capsys, 2, lambda: fetch(hub, tmp_path, "--model", "qwen-500m"))


def test_two_preparations_of_one_store_come_one_after_the_other(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offered(hub, tmp_path)
    store = build_full.Store(tmp_path / "store")
    second = threading.Thread(target=fetch, args=(hub, tmp_path, "--task", "aime25", "--pin"))
    said = ""
    with store.alone():
        second.start()
        while "waiting" not in said:
            assert second.is_alive()
            said += capsys.readouterr().err
        assert not hub.requests
    second.join()
    assert len(hub.requests) == 3 and (tmp_path / "store").stat().st_mode & 0o077 == 0
