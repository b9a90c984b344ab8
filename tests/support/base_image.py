"""
Writes a root file system to stdout, as a tar: this interpreter with its standard library and the
shared libraries that they need. Enough for jobs of tests, and made in a second.

    base_image.py | docker import - NAME
"""

import glob
import io
import os
import re
import subprocess
import sys
import sysconfig
import tarfile

LEFT_OUT = {
    *("test", "tests", "idlelib", "lib2to3", "tkinter", "turtledemo", "ensurepip", "pydoc_data"),
    *("site-packages", "dist-packages", "__pycache__", "distutils"),
}


def libraries(program: str) -> set[str]:
    """Paths of the shared libraries of a program or library, the loader among them."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return set(re.findall(r"(/\S+) \(0x", told))


def kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    parts = entry.name.split("/")
    if any(part in LEFT_OUT or part.startswith("config-") for part in parts):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode |= 0o755 if entry.isdir() else 0o444
    return entry


def main() -> None:
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    library = sysconfig.get_paths()["stdlib"]
    program = os.path.realpath(sys.executable)
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", dereference=True) as tar:
        for folder in ("usr", "usr/bin", "usr/lib", "tmp", "proc", "sys", "dev", "etc", "job"):
            entry = tarfile.TarInfo(folder)
            entry.type = tarfile.DIRTYPE
            entry.mode = 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
        for name in ("bin", "lib", "lib64"):
            entry = tarfile.TarInfo(name)
            entry.type = tarfile.SYMTYPE
            entry.linkname = f"usr/{name}"
            tar.addfile(entry)
        tar.add(program, f"usr/bin/{version}", filter=kept)
        entry = tarfile.TarInfo("usr/bin/python3")
        entry.type, entry.linkname = tarfile.SYMTYPE, version
        tar.addfile(entry)
        tar.add(library, f"usr/lib/{version}", filter=kept)
        needed = libraries(program)
        for extension in glob.glob(f"{library}/lib-dynload/*.so"):
            needed |= libraries(extension)
        for path in sorted(needed):
            # /lib is /usr/lib here, whatever it is on this host.
            target = re.sub(r"^/(usr/)?lib", "usr/lib", path)
            if not target.startswith("usr/"):
                target = f"usr/lib/{os.path.basename(path)}"
            tar.add(path, target, filter=kept)
        settings = b"/usr/lib\n/usr/lib64\n"
        entry = tarfile.TarInfo("etc/ld.so.conf")
        entry.size = len(settings)
        tar.addfile(entry, io.BytesIO(settings))


if __name__ == "__main__":
    main()
