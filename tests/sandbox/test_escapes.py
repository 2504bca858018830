"""Hostile programs against every sandbox that holds here.

What a program says about itself proves nothing, so each test also looks at the world outside: the
secret is not in the output, the listener heard nothing, the victim lives, nothing is left. The
gentle attacks come first, and the fork bomb only after a handful of forks was seen to fail.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from statera.sandbox.limits import Limits
from tests.sandbox.kinds import NAMES, TIGHT, holding, run

SECRET = "the-secret-8f41"
each_kind = pytest.mark.parametrize("kind", NAMES)

ATTEMPT = """
import os, sys
def attempt(action):
    try:
        return action()
    except BaseException as error:
        return type(error).__name__
"""


def attempts(actions: dict[str, str], **values: object) -> str:
    """A program that tries every action and prints what came of it, one a line."""
    lines = [
        f"print({what!r}, repr(attempt(lambda: {action.format(**values)}))[:300], sep=': ')"
        for what, action in actions.items()
    ]
    return "\n".join((ATTEMPT, *lines))


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file that every user may read and change; the secret is in our environment too."""
    monkeypatch.setenv("STATERA_TEST_SECRET", SECRET)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        path = Path(folder) / "secret"
        path.write_text(SECRET, encoding="utf-8")
        path.chmod(0o666)
        yield path


@each_kind
def test_plain_programs_run(kind: str) -> None:
    program = run(kind, "import json, math, re\nprint(json.dumps(math.pi), file=sys.stderr)", "")
    assert not program.ok
    assert "NameError" in program.why
    program = run(kind, "import math, hashlib, dataclasses, typing\nprint(math.floor(2.5))")
    assert program.ok, program
    assert program.output == "2\n"


READS = {
    "file": "open({path!r}).read()",
    "descriptor": "os.read(os.open({path!r}, os.O_RDONLY), 99)",
    "shadow": "open('/etc/shadow').read()",
    "own environment": "open('/proc/self/environ').read() + repr(os.environ)",
    "parent's environment": "open('/proc/%d/environ' % os.getppid()).read()",
    "the tests' memory": "open('/proc/%d/mem' % os.getppid(), 'rb').read(1)",
    "outer environment": "open('/proc/{pid}/environ').read()",
    "outer command": "open('/proc/{pid}/cmdline').read()",
    "listing of root's home": "os.listdir('/root')",
    "listing of processes": "os.listdir('/proc')",
    "symbolic link": "(os.symlink({path!r}, 'link'), open('link').read())",
    "hard link": "(os.link({path!r}, 'hard'), open('hard').read())",
    "way up": "open('../' * 20 + {path!r}).read()",
    "open_tree": "__import__('ctypes').CDLL(None).syscall(428, -100, {path!r}.encode(), 1)",
    "mmap": "__import__('mmap').mmap(os.open({path!r}, os.O_RDONLY), 0, prot=1)[:]",
}


@each_kind
def test_nothing_of_the_machine_can_be_read(kind: str, secret: Path) -> None:
    program = run(kind, attempts(READS, path=str(secret), pid=os.getpid()))
    assert SECRET not in program.output
    assert "root:" not in program.output
    assert str(os.getpid()) not in program.output
    assert [line.partition(":")[0] for line in program.output.splitlines()] == list(READS)


WRITES = {
    "overwrite": "open({path!r}, 'w').write('x')",
    "append": "open({path!r}, 'a').write('x')",
    "new": "open({path!r} + '.new', 'w').write('x')",
    "remove": "os.remove({path!r})",
    "rename": "os.rename({path!r}, {path!r} + '.moved')",
    "truncate": "os.truncate({path!r}, 0)",
    "mode": "os.chmod({path!r}, 0)",
    "times": "os.utime({path!r}, (1, 1))",
    "folder": "os.mkdir({path!r} + '.folder')",
    "fifo": "os.mkfifo({path!r} + '.fifo')",
    "own library": "open(os.__file__, 'a').write('x')",
    "device": "open('/dev/shm/statera-test-file', 'w').write('x')",
    "way up": "open('../statera-test-file', 'w').write('x')",
}


@each_kind
def test_nothing_outside_the_scratch_folder_changes(kind: str, secret: Path) -> None:
    before = (secret.stat(), sorted(secret.parent.iterdir()), Path(os.__file__).stat())
    program = run(kind, attempts(WRITES, path=str(secret)))
    assert len(program.output.splitlines()) == len(WRITES)
    assert secret.read_text(encoding="utf-8") == SECRET
    after = (secret.stat(), sorted(secret.parent.iterdir()), Path(os.__file__).stat())
    assert after[0].st_mode == before[0].st_mode
    assert after[0].st_mtime == before[0].st_mtime
    assert after[1] == before[1]
    assert after[2].st_mtime == before[2].st_mtime
    for folder in ("/dev/shm", tempfile.gettempdir()):
        assert not (Path(folder) / "statera-test-file").exists()


@each_kind
def test_the_scratch_folder_can_be_written_and_is_gone_afterwards(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    source = (
        "import os\nos.mkdir('a')\nopen('a/note', 'w').write('x' * 1000)\n"
        "open('b', 'w').write('y')\nprint(open('a/note').read()[:3], sorted(os.listdir('.')))"
    )
    program = run(kind, source)
    assert program.output == "xxx ['a', 'b']\n"
    assert list(tmp_path.iterdir()) == []


NETWORK = {
    "tcp": "socket.create_connection(('127.0.0.1', {port}), 2)",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
    "unix": "socket.socket(socket.AF_UNIX).connect({path!r})",
    "abstract": "socket.socket(socket.AF_UNIX).connect('\\0statera-test-{port}')",
    "pair": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', {path!r})",
    "listen": "socket.create_server(('0.0.0.0', 0)).getsockname()",
    "raw": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW).fileno()",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).fileno()",
    "by libc": "__import__('ctypes').CDLL(None).socket(2, 1, 0) == -1 or 5",
}


@each_kind
def test_the_network_hears_nothing(kind: str) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.chmod(folder, 0o777)
        listeners = _listeners(f"{folder}/socket", stack)
        port = listeners[0].getsockname()[1]
        actions = attempts(NETWORK, port=port, path=f"{folder}/socket")
        program = run(kind, f"import socket\n{actions}")
        for listener in listeners:
            with pytest.raises(BlockingIOError):
                listener.recv(1) if listener.type == socket.SOCK_DGRAM else listener.accept()
    found = dict(line.split(": ", 1) for line in program.output.splitlines())
    assert list(found) == list(NETWORK)
    assert not [what for what, came in found.items() if not came.startswith(("'", "True"))]


def _listeners(path: str, stack: ExitStack) -> list[socket.socket]:
    tcp = stack.enter_context(socket.socket())
    tcp.bind(("127.0.0.1", 0))
    port = tcp.getsockname()[1]
    udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    udp.bind(("127.0.0.1", port))
    stream = stack.enter_context(socket.socket(socket.AF_UNIX))
    stream.bind(path)
    abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
    abstract.bind(f"\0statera-test-{port}")
    found = [tcp, udp, stream, abstract]
    os.chmod(path, 0o777)
    for listener in found:
        listener.setblocking(False)
        if listener is not udp:
            listener.listen()
    return found


FORKS = """
import os
started = 0
for _ in range({count}):
    try:
        if os.{call} == 0:
            os._exit(0)
        started += 1
    except (OSError, AttributeError):
        pass
print("started", started)
"""
SPAWNS = ("fork()", "posix_spawn('/bin/true', ['true'], {})", "system('true') or os.abort()")


@each_kind
@pytest.mark.parametrize("call", SPAWNS)
def test_no_process_can_be_started(kind: str, call: str) -> None:
    program = run(kind, FORKS.replace("{call}", call).replace("{count}", "3"))
    assert program.output in ("started 0\n", "") or "Error" in program.why
    if program.output == "started 0\n" and call == "fork()":
        bomb = "import os\nwhile True:\n    try: os.fork()\n    except Exception: pass"
        assert run(kind, bomb, limits=Limits(cpu_seconds=1)).limit == "time"


@each_kind
def test_threads_are_bounded(kind: str) -> None:
    source = (
        "import threading\nstop = threading.Event()\n"
        "for _ in range(10_000):\n    threading.Thread(target=stop.wait, daemon=True).start()\n"
    )
    program = run(kind, source)
    assert not program.ok
    assert program.limit in ("processes", "memory", "time")


@each_kind
def test_nobody_outside_can_be_signalled(kind: str) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as victim:
        source = (
            f"{ATTEMPT}\nimport signal\n"
            f"for pid in ({victim.pid}, -{victim.pid}, {os.getpid()}):\n"
            "    print(attempt(lambda: os.kill(pid, signal.SIGKILL if pid != PARENT else 0)))\n"
            "print(attempt(lambda: os.killpg(0, 0)), attempt(lambda: os.kill(-1, 0)))\n"
            "reached = [p for p in range(1, 500) if p != os.getpid()"
            " and attempt(lambda: os.kill(p, 0)) is None]\n"
            "print('reached', len(reached))\n"
        ).replace("PARENT", str(os.getpid()))
        try:
            program = run(kind, source)
            alive = victim.poll() is None
        finally:
            victim.kill()
    assert alive
    if program.ok:
        assert "None" not in program.output
        assert "reached 0" in program.output


@each_kind
def test_killing_the_parent_is_no_pass(kind: str) -> None:
    source = (
        f"{ATTEMPT}\nimport signal\n"
        "def f(x):\n    attempt(lambda: os.kill(os.getppid(), signal.SIGKILL))\n    return 0\n"
    )
    assert not run(kind, source, "assert f(1) == 1").ok


TRACING = {
    "ptrace": "libc.ptrace(16, os.getppid(), 0, 0)",
    "traceme": "libc.ptrace(0, 0, 0, 0)",
    "process_vm_readv": "libc.process_vm_readv(os.getppid(), 0, 0, 0, 0, 0)",
    "process_vm_writev": "libc.process_vm_writev(os.getppid(), 0, 0, 0, 0, 0)",
    "unshare": "libc.unshare(0x10000000)",
    "mount": "libc.mount(b'none', b'/tmp', b'tmpfs', 0, 0)",
    "chroot": "libc.chroot(b'.')",
    "setuid": "libc.setuid(0)",
    "bpf": "libc.syscall(321, 0, 0, 0)",
    "keyctl": "libc.syscall(250, 0, 0, 0)",
    "io_uring": "libc.syscall(425, 8, 0)",
    "pidfd_open": "libc.syscall(434, os.getppid(), 0)",
    "memfd": "libc.memfd_create(b'x', 0)",
    "userfaultfd": "libc.syscall(323, 0)",
    "perf": "libc.syscall(298, 0, 0, -1, -1, 0)",
    "shared memory": "libc.shmget(0, 4096, 0o1777)",
    "message queue": "libc.msgget(0, 0o1777)",
    "personality": "libc.personality(0x0040000)",
    "priority": "libc.setpriority(0, 0, -5)",
    "limits of others": "libc.prlimit(os.getppid(), 7, 0, 0)",
    "owner of a pipe": "libc.fcntl(os.pipe()[0], 8, os.getppid())",
    "signal of a pipe": "libc.fcntl(os.pipe()[0], 10, 9)",
    "old numbers": "libc.syscall(0x40000000 + 39)",
}


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_calls_outside_the_list_are_refused(kind: str) -> None:
    source = f"import ctypes\nlibc = ctypes.CDLL(None)\n{attempts(TRACING)}"
    lines = run(kind, source).output.splitlines()
    assert lines == [f"{what}: -1" for what in TRACING]


LIMITS = {
    "sleep": ("import time\ntime.sleep(100)", {"time"}),
    "deaf to signals": (
        "import signal, time\nfor n in range(1, 32):\n"
        "    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
        "time.sleep(100)",
        {"time"},
    ),
    "spin": ("while True: pass", {"time"}),
    "spin deaf": (
        "import signal\ntry: signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
        "except (AttributeError, ValueError): pass\nwhile True: pass",
        {"time"},
    ),
    "memory": ("x = [b'x' * 2**20]\nwhile True: x.append(x[-1] * 2)", {"memory"}),
    "memory by pages": ("x = []\nwhile True: x.append(bytearray(2**20))", {"memory"}),
    "big file": ("f = open('f', 'wb')\nwhile True: f.write(bytes(2**20))", {"disk"}),
    "many files": (
        "n = 0\nwhile True:\n    n += 1\n    with open(str(n), 'wb') as f: f.write(bytes(2**20))",
        {"disk"},
    ),
    "many folders": (
        "import os\nwhile True:\n    os.mkdir('d'); os.chdir('d')\n    open('f', 'w').write('x')",
        {"disk", "time", "output", ""},
    ),
    "output": ("while True: print('x' * 1000)", {"output"}),
    "errors": ("import sys\nwhile True: sys.stderr.write('x' * 1000)", {"output"}),
}


@each_kind
@pytest.mark.parametrize("what", LIMITS)
def test_every_limit_ends_the_program(
    kind: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    source, allowed = LIMITS[what]
    seconds = 3.0 if "sleep" in source else TIGHT.seconds
    tight = Limits(seconds=seconds, cpu_seconds=1, memory_bytes=TIGHT.memory_bytes)
    program = run(kind, source, limits=tight)
    assert not program.ok
    assert program.limit in allowed, program
    assert len(program.output) <= tight.output_bytes
    assert not program.broken
    assert list(tmp_path.iterdir()) == []


CRASHES = {
    "recursion": "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
    "nested list": "x = []\nfor _ in range(10**6): x = [x]\nrepr(x)",
    "null pointer": "import ctypes\nctypes.string_at(0)",
    "abort": "import os\nos.abort()",
    "bytecode": "exec((lambda: 0).__code__.replace(co_code=b'\\x64\\xff' * 99))",
    "close everything": "import os\nos.closerange(0, 4096)",
}


@each_kind
@pytest.mark.parametrize("what", CRASHES)
def test_a_crash_is_no_pass_and_not_our_failure(kind: str, what: str) -> None:
    program = run(kind, CRASHES[what])
    assert not program.ok
    assert not program.broken
    assert program.why


SUBINTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
interpreters.run_string(interpreters.create(), "print(open({path!r}).read())")
"""


@each_kind
def test_another_interpreter_is_as_confined(kind: str, secret: Path) -> None:
    program = run(kind, SUBINTERPRETER.format(path=str(secret)))
    assert SECRET not in program.output


LINGER = """
import os, threading, time
try:
    if os.fork() == 0:
        os.setsid()
        time.sleep(300)
except (OSError, AttributeError):
    pass
try:
    threading.Thread(target=time.sleep, args=(300,)).start()
    os.setsid()
except (OSError, AttributeError, RuntimeError):
    pass
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@each_kind
@pytest.mark.parametrize("end", ["os._exit(0)", "time.sleep(300)", ""])
def test_no_process_is_left(kind: str, end: str) -> None:
    holding(kind)
    earlier = _sandboxed()
    run(kind, LINGER + end, limits=Limits(seconds=3))
    deadline = time.monotonic() + 30
    while _sandboxed() - earlier:
        assert time.monotonic() < deadline, _sandboxed() - earlier
        time.sleep(0.05)


def _sandboxed() -> set[str]:
    """The processes that were started for a sandbox, by id and start time."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            start = (folder / "stat").read_text().rpartition(")")[2].split()[19]
        except OSError:
            continue
        if b"marshal.loads" in command or b"statera.sandbox.wasmhost" in command:
            found.add(f"{folder.name} {start}")
    return found


FAKES = {
    "wrong": "def f(x): return 0",
    "exit": "import sys\ndef f(x): sys.exit(0)",
    "exit at once": "import sys\nsys.exit(0)",
    "hard exit": "import os\ndef f(x): os._exit(0)",
    "printed": "print('PASSED')\nprint('ready')\nprint('{\"status\": 0}')\ndef f(x): return 0",
    "atexit": "import atexit, os\natexit.register(os._exit, 0)\ndef f(x): return 0",
    "equal to all": "class E:\n    def __eq__(s, o): return True\ndef f(x): return E()",
    "equal integer": "class E(int):\n    def __eq__(s, o): return True\ndef f(x): return E(0)",
    "unequal to none": (
        "class E(int):\n    def __ne__(s, o): return False\n    __hash__ = None\n"
        "def f(x): return E(0)"
    ),
    "no errors": "import builtins\nbuiltins.AssertionError = SystemExit\ndef f(x): return 0",
    "own builtins": "def abs(x): return 0\ndef len(x): return 1\ndef f(x): return 0",
    "own check": "def check(f): pass\ndef f(x): return 0",
    "skip": "def f(x): raise KeyboardInterrupt",
    "stop iteration": "def f(x): raise StopIteration",
    "generator exit": "def f(x): raise GeneratorExit",
    "trace": "import sys\nsys.settrace(lambda *a: sys.exit(0))\ndef f(x): return 0",
    "excepthook": "import sys, os\nsys.excepthook = lambda *a: os._exit(0)\ndef f(x): return 0",
    "the modules": (
        "import sys\nfor name, module in list(sys.modules.items()):\n"
        "    if 'statera' in name:\n        for key in list(vars(module)):\n"
        "            if callable(vars(module)[key]): setattr(module, key, lambda *a, **k: {})\n"
        "def f(x): return 0"
    ),
    "the frames": (
        "import sys\nWANTED = ' '.join(['assert', 'f(1)'])\n"
        "def f(x):\n    frame = sys._getframe()\n    while frame:\n"
        "        for value in frame.f_locals.values():\n"
        "            if isinstance(value, str) and WANTED in value: return 2\n"
        "        frame = frame.f_back\n    return 0"
    ),
    "the heap": (
        "import gc\nWANTED = ' '.join(['assert', 'f(1)', '=='])\n"
        "def f(x):\n    return 2 if any(isinstance(o, str) and o is not WANTED and WANTED in o"
        " for g in gc.get_objects() for o in gc.get_referents(g)) else 0"
    ),
    "the descriptors": (
        "import json, os\nframe = json.dumps(['return', 2, {}]).encode()\n"
        "verdict = b'ready\\n' + json.dumps({'status': 0}).encode() + b'\\n'\n"
        "def f(x):\n    for fd in range(3, 64):\n        try: os.write(fd, verdict)\n"
        "        except OSError: pass\n    return 0"
    ),
    "close the descriptors": "import os\ndef f(x): os.closerange(0, 256)",
    "nonsense": (
        "import os\ndef f(x):\n    for fd in range(0, 64):\n"
        "        try: os.write(fd, b'\\xff' * 64)\n        except OSError: pass\n    return 0"
    ),
}
CHECK = """
def check(f):
    assert f(1) == 2
    assert not f(1) != 2
    assert abs(f(1) - 2) < 1e-6
check(f)
"""


@each_kind
@pytest.mark.parametrize("what", FAKES)
def test_no_fake_passes(kind: str, what: str) -> None:
    program = run(kind, FAKES[what], CHECK)
    assert not program.ok
    assert not program.broken
    assert program.why


@each_kind
def test_the_honest_one_passes(kind: str) -> None:
    assert run(kind, "def f(x): return 2 * x", CHECK).ok


ENDS = {
    "exit": "import sys\nsys.exit(0)",
    "hard exit": "import os\nos._exit(0)",
    "quit": "raise SystemExit",
    "atexit": "import atexit, os\natexit.register(os._exit, 0)\n1 / 0",
    "killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "printed": "print('PASSED')\nraise ValueError('no')",
}


@each_kind
@pytest.mark.parametrize("what", ENDS)
def test_only_a_program_that_reached_its_end_is_ok(kind: str, what: str) -> None:
    program = run(kind, ENDS[what])
    assert not program.ok
    assert program.why


def test_the_signals_that_ended_it_are_named() -> None:
    program = run("landlock", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)")
    assert program.status == -signal.SIGTERM
    assert "SIGTERM" in program.why
