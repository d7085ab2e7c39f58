"""Say in one line what this machine's test run leaves out, and how to get it."""

import shutil
import sys

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
WANTED = (
    (CHROMIUMS, "Chromium", "chromium chromium-headless-shell", "the browser tests"),
    (("node",), "Node.js", "nodejs npm", "one of the two upload clients and the look for what shuts people out"),
    (("nginx", "/usr/sbin/nginx"), "nginx", "nginx-light", "serving behind a proxy"),
)


def main() -> None:
    """Print the line, or nothing."""
    missing = [
        (name, package, what) for programs, name, package, what in WANTED if not any(map(shutil.which, programs))
    ]
    if missing:
        names = " and ".join(f"{what} (no {name} on the path)" for name, _, what in missing)
        packages = " ".join(package for _, package, _ in missing)
        sys.stdout.write(f"Left out: {names}. On Debian: sudo apt install {packages}\n")


if __name__ == "__main__":
    main()
