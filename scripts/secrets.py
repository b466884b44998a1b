"""Looks for secrets in whatever the tests have printed and logged: the last step of `make test`.

Passwords and PINs are those that stand in the tests' own sources, and so is what is said in conversations, which no log holds either (it is marked as confidential); tokens, cookies and playback keys are known by their form. Lines on which
the program hands out a link or a code on purpose are left out. Fails if there is nothing to look at: then the tests have kept no logs.
"""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
LOGS = [ROOT / "target/test-logs", TARGET / "tmp/logs"]
SOURCES = ["crates/*/tests/**/*.rs", "crates/*/src/**/*.rs", "e2e/**/*.mjs", "scripts/*.py", "scripts/*.mjs", "bench/*.py", "bench/*.mjs"]
FORMS = {
    "an API token": re.compile(r"\btct_[0-9a-hjkmnp-tv-z]{20,}"),
    "a sign-in or the secret of a device": re.compile(r"(?<![0-9a-z_./-])[0-9a-hjkmnp-tv-z]{52}(?![0-9a-z])"),
    "a playback key": re.compile(r"/play/[0-9a-f]{40}"),
    "a hash of a password": re.compile(r"\$argon2id\$v="),
    "a bearer token": re.compile(r"(?i)authorization: *(bearer|basic) +[^ \[]{8,}"),
}
ON_PURPOSE = re.compile(r"/welcome#(link|setup)=|type the code")
PASSWORD = re.compile(r"""(?:password|PASSWORD|pin|PIN)["']?\s*[:=(]+\s*(?:json!\()?["']([^"'{}\n]{4,60})["']""")
#: What somebody says in a conversation, or is answered.
SAID = re.compile(r"vertraulich \d{4}")
TYPED = re.compile(r"""sign_in\("[^"]*", "([^"]{4,60})"\)|Password"[^\n]*\.fill\("([^"]{4,60})"\)""")


def passwords():
    """What the tests type where a secret is typed; short words without a digit stand everywhere and prove nothing."""
    found = set()
    for pattern in SOURCES:
        for path in ROOT.glob(pattern):
            if "node_modules" in path.parts:
                continue
            text = path.read_text(errors="replace")
            found |= {match[1] for match in PASSWORD.finditer(text)}
            found |= set(SAID.findall(text))
            found |= {one for match in TYPED.finditer(text) for one in match.groups() if one}
    return {word for word in found if len(word) >= 9 and " " in word or re.search(r"\d", word) and len(word) >= 6}


def main():
    logs = [path for folder in LOGS for path in sorted(folder.glob("**/*.log"))]
    size = sum(path.stat().st_size for path in logs)
    kept = [path for path in logs if path.name.startswith(("it-", "station-"))]
    words = passwords()
    if not kept or not words:
        print(f"secrets.py: nothing to look at: {len(kept)} logs of stations, {len(words)} passwords. Run the tests first.")
        return 1
    typed = re.compile("|".join(rf"(?<![\w-]){re.escape(word)}(?![\w-])" for word in sorted(words)))
    wrong = 0
    for path in logs:
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if ON_PURPOSE.search(line):
                continue
            found = [what for what, form in FORMS.items() if form.search(line)]
            if typed.search(line):
                found.append("a password, or what somebody has said")
            for what in found:
                wrong += 1
                print(f"{path.name}:{number}: {what}: {line[:300]}")
    print(f"{len(logs)} logs, {size / 1e6:.1f} MB, {len(words)} passwords looked for: {wrong} secrets found")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
