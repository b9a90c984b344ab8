"""
Serves a folder of wheels as `http://wheels/` to whoever uses this as its proxy, on 127.0.0.1. The
port goes to stdout as soon as it listens. Ends when its stdin closes.

    serve_wheels.py FOLDER
"""

import html
import http.server
import os
import shutil
import sys
import threading
import urllib.parse


class Wheels(http.server.BaseHTTPRequestHandler):
    folder = ""

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        name = os.path.basename(urllib.parse.unquote(url.path))
        if url.hostname not in ("wheels", None):
            return self.send_error(403, "this is no proxy to anywhere else")
        if name == "":
            names = sorted(os.listdir(self.folder))
            links = "".join(
                f'<a href="{urllib.parse.quote(each)}">{html.escape(each)}</a>\n' for each in names
            )
            page = f"<!DOCTYPE html><html><body>\n{links}</body></html>".encode()
            self.head("text/html; charset=utf-8", len(page))
            self.wfile.write(page)
            return None
        path = os.path.join(self.folder, name)
        if not os.path.isfile(path):
            return self.send_error(404)
        with open(path, "rb") as file:
            self.head("application/octet-stream", os.path.getsize(path))
            shutil.copyfileobj(file, self.wfile)
        return None

    def head(self, kind: str, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    Wheels.folder = sys.argv[1]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Wheels)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
