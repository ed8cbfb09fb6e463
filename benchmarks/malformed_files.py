#!/usr/bin/env python3
"""Opens every damaged or hostile file of a folder with `sgilo info` and compares with its expected.json:
malformed_files.py build/release/sgilo ../shared/golden/malformed. One row per file: outcome, what was said, seconds, peak memory
above that of a process that reads nothing. Exits 1 when an outcome is not the expected one, when a refusal takes more than a second or
100 MB, says more than a sentence, or leaves a file behind."""
import json
import os
import subprocess
import sys
import tempfile
import time


def run(command, folder):
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    return os.waitstatus_to_exitcode(status), said.strip(), time.monotonic() - start, usage.ru_maxrss / 1024


def main(program, folder):
    program, folder = os.path.abspath(program), os.path.abspath(folder)
    with open(os.path.join(folder, "expected.json")) as file:
        expected = json.load(file)
    subprocess.run([program, "info"], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as here:
        idle = run([program, "info"], here)[3]
        print(f"idle: {idle:.0f} MiB\n\n| file | expected | outcome | said | s | MiB |\n|---|---|---|---|---|---|")
        wrong = 0
        for name, entry in sorted(expected.items()):
            code, said, seconds, peak = run([program, "info", os.path.join(folder, name)], here)
            outcome = {0: "load", 3: "error"}.get(code, f"exit {code}")
            fits = entry["expect"] in ("any", outcome) and code in (0, 3)
            if code == 3:
                fits = fits and seconds <= 1 and peak - idle <= 100 and "\n" not in said
            fits = fits and not os.listdir(here)
            wrong += not fits
            text = said.splitlines()[-1] if code else next((l.split(None, 1)[1] for l in said.splitlines() if l.startswith("  holds")), "")
            text = text.replace(folder + "/", "").replace("|", "\\|")
            print(f"| {name} | {entry['expect']} | {outcome}{'' if fits else ' **WRONG**'} | {text} | {seconds:.2f} | {peak - idle:.0f} |")
    print(f"\n{len(expected)} files, {wrong} not as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
