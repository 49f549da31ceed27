"""Runs a program in a real pseudo-terminal, plays a person's steps and reports what happened.

Reads from standard input, as JSON: {"argv": [...], "cwd": "...", "env": {...}, "steps": [...], "timeout": seconds}.
A step is one of {"expect": text}, {"send": keys}, {"select": text} (arrow down until the pointer stands at the text),
{"signal": "SIGTERM"}. What is expected must appear after the last keys that were sent.
Prints, as JSON: {"exitCode", "signal", "output", "isCooked", "failure"}.
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\r")
ROWS, COLUMNS = 60, 160
DOWN = b"\x1b[B"


class Failure(Exception):
    """A step that did not come true."""


class Session:
    """One program and the terminal it runs in."""

    def __init__(self, request):
        self.timeout = request.get("timeout", 20)
        self.output = b""
        self.mark = 0
        self.status = None
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.chdir(request["cwd"])
            os.execvpe(request["argv"][0], request["argv"], request["env"])

    def read(self, seconds):
        """Takes what the program prints within the time; False when it prints nothing more."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            chunk = os.read(self.master, 65536)
        except OSError:
            return False
        self.output += chunk
        return chunk != b""

    def text(self, start=0):
        return ANSI.sub("", self.output[start:].decode("utf-8", "replace"))

    def wait_for(self, is_there, what):
        deadline = time.monotonic() + self.timeout
        while not is_there():
            if time.monotonic() > deadline:
                raise Failure(f"waited {self.timeout} s for {what}")
            if not self.read(0.1):
                if is_there():
                    return
                raise Failure(f"the program ended before {what}")

    def send(self, keys):
        self.mark = len(self.output)
        os.write(self.master, keys)

    def pointed(self):
        lines = re.findall("❯(.*)", self.text(self.mark))
        return lines[-1] if lines else None

    def select(self, wanted):
        for _ in range(200):
            self.wait_for(lambda: self.pointed() is not None, f"a list with {wanted!r}")
            if wanted in self.pointed():
                return
            self.send(DOWN)
        raise Failure(f"no option {wanted!r}")

    def play(self, step):
        if "expect" in step:
            wanted = step["expect"]
            self.wait_for(lambda: wanted in self.text(self.mark), repr(wanted))
        elif "send" in step:
            self.send(step["send"].encode())
        elif "select" in step:
            self.select(step["select"])
        elif "signal" in step:
            self.mark = len(self.output)
            os.kill(self.pid, getattr(signal, step["signal"]))

    def has_ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        return self.status is not None

    def finish(self):
        deadline = time.monotonic() + self.timeout
        while not self.has_ended():
            if time.monotonic() > deadline:
                raise Failure(f"the program did not end within {self.timeout} s")
            if not self.read(0.05):
                time.sleep(0.02)
        while select.select([self.master], [], [], 0)[0] and self.read(0):
            pass


def main():
    request = json.load(sys.stdin)
    session = Session(request)
    failure = None
    try:
        for step in request["steps"]:
            session.play(step)
        session.finish()
    except Failure as error:
        failure = str(error)
        if not session.has_ended():
            os.kill(session.pid, signal.SIGKILL)
            _, session.status = os.waitpid(session.pid, 0)
    status = session.status
    json.dump(
        {
            "exitCode": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            "output": session.output.decode("utf-8", "replace"),
            "isCooked": bool(termios.tcgetattr(session.master)[3] & termios.ICANON),
            "failure": failure,
        },
        sys.stdout,
    )


main()
