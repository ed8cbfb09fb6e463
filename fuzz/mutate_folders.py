#!/usr/bin/env python3
"""Feeds the command with damaged measurements, run folders, model folders, training states and pictures.

Makes a sound one of each with the program itself, changes one thing in a copy (a value or a key of its JSON, a byte, its length, its
kind), and runs the verbs that read it. A find is: an end by a signal, more than 5 s of processor or 500 MB of memory, an exit code that
is none of the program's, "this is a fault of the program", a control character on the terminal, a write outside the folder named.
    fuzz/mutate_folders.py build/release/sgilo --count 5000 --jobs 2
prints a table and ends with 1 when there is a find; finds stay in --work for a look, everything else is removed.
"""
import argparse, concurrent.futures, hashlib, json, os, random, resource, shutil, signal, stat, struct, subprocess, sys, threading, time

SECONDS, MEGABYTES = 5, 500
EXIT_CODES = {0, 1, 2, 3, 4, 130}
NASTY = [None, True, False, -1, 0, 1, 2, 7, 1e308, -1e308, 1e-320, 2**31, 2**53 + 1, 2**63, 10**15, 10**30, 0.5, "", "x", "x" * 5000, "a/b", "../../outside",
         "/etc/hostname", "\x1b[31mred\x1b]0;title\x07", "\u202eabc", "line\nbreak", "nan", "1e999", [], [[]], [0], [-1, 10**12], [10**9] * 8, {}, {"kind": "inpaint"}, {"kind": "x"}, {"": 0}]
LITERALS = ["1e999", "NaN", "-Infinity", "[" * 100000, "{\"a\":" * 3000, "\"\\ud800\"", "\"\xff\"", "00", "1.", "\"\\u0000\""]


def nested(depth):
    value = 0
    for _ in range(depth):
        value = [value]
    return value


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, path + (key,))


def mutate_json(text, rng):
    """One change of a JSON text: a value, a key, its order, or a literal that no JSON should hold."""
    value = json.loads(text)
    path = rng.choice(list(places(value)))
    choice = rng.randrange(10)
    if not path:
        return json.dumps(rng.choice(NASTY)).encode()
    parent = value
    for key in path[:-1]:
        parent = parent[key]
    key, what = path[-1], "/".join(map(str, path))
    if choice < 6:
        parent[key] = rng.choice(NASTY)
    elif choice == 6:
        del parent[key]
    elif choice == 7 and isinstance(parent, dict):
        parent[rng.choice(["", "x", "../x", "\x1b[31m", str(key) + "_"])] = parent.pop(key)
    elif choice == 8:
        parent[key] = nested(rng.choice([50, 200, 900]))
    else:
        parent[key] = "@LITERAL@"
        return json.dumps(value).encode().replace(b'"@LITERAL@"', rng.choice(LITERALS).encode("latin-1"))
    return json.dumps(value).encode()


def mutate_bytes(data, rng):
    data = bytearray(data)
    choice = rng.randrange(6)
    if choice == 0:
        return bytes(data[:rng.randrange(len(data) + 1)])
    if choice == 1:
        return bytes(data) + rng.randbytes(rng.choice([1, 8, 1000]))
    for _ in range(rng.choice([1, 1, 1, 4, 32])):
        if data:
            at = rng.randrange(len(data))
            if choice == 2:
                data[at] ^= 1 << rng.randrange(8)
            elif choice == 3:
                data[at:at + 4] = rng.choice([b"\0\0\x80\x7f", b"\0\0\xc0\x7f", b"\xff" * 4, b"\0" * 4, b"\0\0\x80\xff"])
            elif choice == 4:
                data[at:at + 8] = struct.pack("<q", rng.choice([-1, 2**62, 2**31, 0]))
            else:
                data[at] = rng.randrange(256)
    return bytes(data)


def mutate_safetensors(data, rng):
    """The header as JSON, the JSON texts in its metadata, its length, or bytes behind it."""
    length = struct.unpack("<Q", data[:8])[0]
    header, rest = data[8:8 + length], data[8 + length:]
    choice = rng.randrange(6)
    if choice < 2:
        header = mutate_json(header, rng)
    elif choice < 4:
        value = json.loads(header)
        texts = [k for k, v in value.get("__metadata__", {}).items() if v and v[0] in "{["]
        if texts:
            key = rng.choice(texts)
            value["__metadata__"][key] = mutate_json(value["__metadata__"][key], rng).decode("utf-8", "replace")
        header = json.dumps(value).encode()
    elif choice == 4:
        return struct.pack("<Q", rng.choice([0, 1, length + 1, 2**40, 2**63, 2**64 - 1, 727905341920923785])) + header + rest
    else:
        return struct.pack("<Q", length) + header + mutate_bytes(rest, rng)
    return struct.pack("<Q", len(header)) + header + rest


def mutate_file(path, rng, alone):
    """Changes the file or puts something else in its place; tells what was done. A pipe that the user names himself may be waited for."""
    with open(path, "rb") as file:
        data = file.read()
    os.unlink(path)  # it may be a link to the sound one
    if rng.random() < 0.15:
        kind = rng.choice(["missing", "empty", "folder", "link", "loop", "unreadable"] + ([] if alone else ["pipe"]))
        if kind == "empty":
            open(path, "wb").close()
        elif kind == "folder":
            os.mkdir(path)
        elif kind == "link":
            os.symlink("/etc/hostname", path)
        elif kind == "loop":
            os.symlink(os.path.basename(path), path)
        elif kind == "pipe":
            os.mkfifo(path)
        elif kind == "unreadable":
            open(path, "wb").close()
            os.chmod(path, 0)
        return kind
    if path.endswith(".json") and rng.random() < 0.9:
        changed = mutate_json(data, rng)
    elif path.endswith(".safetensors") and rng.random() < 0.9:
        changed = mutate_safetensors(data, rng)
    else:
        changed = mutate_bytes(data, rng)
    with open(path, "wb") as file:
        file.write(changed)
    return "changed"


def copy_linked(source, target):
    shutil.copytree(source, target, copy_function=os.link)


class Sample:
    """A sound thing, the weights of its files when one is chosen, and the commands that read it."""

    def __init__(self, name, source, commands, weight=None):
        self.name, self.source, self.commands, self.weight = name, source, commands, weight or (lambda file: 1.0)


def run(words, log, seconds, megabytes, folder):
    limits = lambda: (resource.setrlimit(resource.RLIMIT_CPU, (seconds * 4, seconds * 4)), resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28, 1 << 28)))
    environment = dict(os.environ, OMP_NUM_THREADS="1", SGILO_STATE_DIR="")
    with open(log, "wb") as out:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, preexec_fn=limits, cwd=folder, env=environment)
        deadline = threading.Timer(seconds * 12, process.kill)  # wall clock: pipes that nobody writes
        deadline.start()
        _, status, usage = os.wait4(process.pid, 0)
        deadline.cancel()
        process.returncode = status
    with open(log, "rb") as file:
        text = file.read(1 << 20)
    problems = []
    used = usage.ru_utime + usage.ru_stime
    if os.WIFSIGNALED(status):
        problems.append("hang" if os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGXCPU) else "signal %d" % os.WTERMSIG(status))
    elif os.WEXITSTATUS(status) not in EXIT_CODES:
        problems.append("exit %d" % os.WEXITSTATUS(status))
    if used > seconds and "hang" not in problems:
        problems.append("slow")
    if usage.ru_maxrss > megabytes * 1000:
        problems.append("memory")
    if b"fault of the program" in text or b"terminate called" in text:
        problems.append("fault of the program")
    if any(byte < 32 and byte not in (9, 10, 13) or byte == 127 for byte in text):
        problems.append("raw control character")
    return problems, -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), used, usage.ru_maxrss / 1000


def make_samples(sgilo, model, work):
    """Sound things, made with the program itself."""
    base = os.path.join(work, "sound")
    os.makedirs(base)
    def call(*words, interrupted_after=None):  # a file whose appearance is waited for, and 3 s more
        process = subprocess.Popen([sgilo, *words], cwd=base, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(os.environ, OMP_NUM_THREADS="1"))
        if interrupted_after:
            while process.poll() is None and not os.path.exists(os.path.join(base, interrupted_after)):
                time.sleep(0.1)
            time.sleep(3)
            process.send_signal(signal.SIGINT)
        error = process.communicate()[1].decode()
        if process.returncode not in ((130,) if interrupted_after else (0,)):
            sys.exit("sgilo %s: exit %d: %s" % (" ".join(words), process.returncode, error))
    call("data", "portraits", "--split", "test", "--start", "0", "--count", "2", "--size", "64", "-o", "images/")
    call("measure", "images/test_0.png", "--operator", "inpaint:keep=0.05|grayscale", "--noise", "gaussian:sigma=0.01", "-o", "y.safetensors")
    call("solve", "y.safetensors", "--model", model, "--solver", "csgm", "--evaluations", "3", "--chains", "2", "-o", "finished")
    call("solve", "y.safetensors", "--model", model, "--solver", "csgm", "--evaluations", "100000", "--chains", "2", "-o", "half", interrupted_after="half/manifest.json")
    if not os.listdir(os.path.join(base, "half", "state")):
        sys.exit("the unfinished run has no state: it was interrupted too early")
    train = ["train", "generator", "--trainer.z-dim", "8", "--trainer.w-dim", "8", "--trainer.mapping-layers", "1", "--trainer.widths", "8,8,8,8",
             "--trainer.discriminator-widths", "8,8,8,8", "--trainer.batch", "4", "--portraits", "16", "--frechet-images", "16", "--interim-frechet-images", "4"]
    call(*train, "--state", "state", "--loop.steps", "1", "-o", "trained")
    shutil.copytree(os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds", "image_fuzz"), os.path.join(base, "pictures"))
    copy_linked(model, os.path.join(base, "model"))
    shutil.rmtree(os.path.join(base, "model", "training"), ignore_errors=True)
    small = lambda file: 4.0 if file.endswith(".json") else 0.3 if file.endswith(".png") else 1.0
    solve = ["--model", model, "--solver", "csgm", "--evaluations", "1", "--chains", "1", "-o", "{new}"]
    return [
        Sample("measurement", os.path.join(base, "y.safetensors"), [["info", "{it}"], ["solve", "{it}", *solve]]),
        Sample("finished run", os.path.join(base, "finished"), [["compare", "{it}", "--reference", os.path.join(base, "images/test_0.png"), "-o", "{new}.csv"],
                                                              ["solve", "--resume", "{it}"], ["solve", "--config", "{it}/config.json", "--dry-run", "-o", "{new}"]], small),
        Sample("unfinished run", os.path.join(base, "half"), [["solve", "--resume", "{it}", "--dry-run"], ["info", "{it}"],
                                                             ["compare", "{it}", "--reference", os.path.join(base, "images/test_0.png"), "-o", "{new}.csv"]], small),
        Sample("model folder", os.path.join(base, "model"), [["info", "{it}"], ["solve", os.path.join(base, "y.safetensors"), "--model", "{it}", *solve[2:]],
                                                            ["sample", "--model", "{it}", "--count", "1", "-o", "{new}.png"]], small),
        Sample("training state", os.path.join(base, "state"), [[*train, "--state", "{it}", "--loop.steps", "2", "-o", "{new}"]]),
        Sample("pictures", os.path.join(base, "pictures"), [["measure", "{it}", "--size", "32", "--operator", "inpaint:keep=0.05", "-o", "{new}.safetensors"],
                                                            ["measure", "{it}", "--size", "32", "--operator", "inpaint:keep=0.05", "-o", "{new}.safetensors", "--strict"]]),
    ]


def try_one(number, sgilo, samples, work, seed):
    rng = random.Random("%d %d" % (seed, number))
    sample = samples[number % len(samples)]
    folder = os.path.join(work, "case_%d" % number)
    it = os.path.join(folder, os.path.basename(sample.source))
    os.makedirs(folder)
    if os.path.isdir(sample.source):
        copy_linked(sample.source, it)
        files = sorted(os.path.join(root, name) for root, _, names in os.walk(it) for name in names)
        victim = rng.choices(files, [sample.weight(file) for file in files])[0]
        for file in files:  # what the program may write is a file of its own
            if file != victim and not file.endswith((".safetensors", ".png")):
                data = open(file, "rb").read()
                os.unlink(file)
                open(file, "wb").write(data)
    else:
        shutil.copyfile(sample.source, it)
        victim = it
    words = [w.replace("{it}", it).replace("{new}", os.path.join(folder, "new")) for w in rng.choice(sample.commands)]
    done = mutate_file(victim, rng, victim in words)
    problems, code, used, memory = run([sgilo, *words], os.path.join(folder, "log"), SECONDS, MEGABYTES, folder)
    last = open(os.path.join(folder, "log"), "rb").read()[-300:].decode("utf-8", "replace").strip().split("\n")[-1]
    if not problems:
        shutil.rmtree(folder)
    return sample.name, os.path.relpath(victim, folder), done, words[0], problems, code, used, memory, last, folder


def sentinel(paths):
    digest = hashlib.sha256()
    for path in paths:
        for root, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                digest.update(os.path.join(root, name).encode() + open(os.path.join(root, name), "rb").read())
    return digest.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sgilo")
    parser.add_argument("--model", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../models/portraits64"))
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case: a case is made from seed and number alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--work", default="build/mutations")
    options = parser.parse_args()
    work, sgilo, model = map(os.path.abspath, (options.work, options.sgilo, options.model))
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    samples = make_samples(sgilo, model, work)
    sound = sentinel([os.path.join(work, "sound")])
    counts, finds, most = {}, [], [0.0, 0.0]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tries = [pool.submit(try_one, n, sgilo, samples, work, options.seed) for n in range(options.first, options.first + options.count)]
        for done, future in enumerate(concurrent.futures.as_completed(tries), 1):
            name, victim, what, verb, problems, code, used, memory, last, folder = future.result()
            counts.setdefault(name, {}).setdefault(code, 0)
            counts[name][code] += 1
            most = [max(most[0], used), max(most[1], memory)]
            if problems:
                finds.append(folder)
                print("FIND %s: %s of a %s (%s), sgilo %s: %s; exit %d, %.1f s, %.0f MB: %s" % (folder, victim, name, what, verb, ", ".join(problems), code, used, memory, ascii(last)), flush=True)
            if done % 500 == 0:
                print("%d cases, %d finds" % (done, len(finds)), flush=True)
    if sentinel([os.path.join(work, "sound")]) != sound:
        finds.append("sound")
        print("FIND: the sound samples were changed: something was written outside the folder named")
    print("\nof       exit code: cases")
    for name in sorted(counts):
        print("%-16s %s" % (name, "  ".join("%d: %d" % item for item in sorted(counts[name].items()))))
    print("%d cases, at most %.1f s of processor and %.0f MB: %d finds" % (options.count, *most, len(finds)))
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
