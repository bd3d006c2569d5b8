"""Steps tell what they did, and failures tell what to do."""

import os
import signal
import subprocess
import sys

import pytest

from tools import system
from tools.steps import ROOT, Trouble, alive, call, digest, me, step, unchanged
from tools.system import Need, install

ABSENT = Need("some-package other-package", lambda: False)
PRESENT = Need("here-already", lambda: True)


def test_a_step_is_one_line_with_its_seconds(capsys):
    with step("stew") as say:
        say("cooked")
    assert capsys.readouterr().out.split() == ["stew", "cooked", "0.0", "s"]


def test_a_failed_command_tells_its_last_words():
    with pytest.raises(Trouble) as trouble:
        call(["sh", "-c", "echo no salt >&2; exit 3"], advice="Buy salt.")
    assert trouble.value.details == "no salt"
    assert trouble.value.advice == "Buy salt."


def test_a_full_disk_is_named_as_the_cause():
    with pytest.raises(Trouble) as trouble:
        call(["sh", "-c", "echo write: No space left on device; exit 1"], advice="Buy salt.")
    assert "disk is full" in trouble.value.advice


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(Trouble, match="no-such-program"):
        call(["no-such-program"], advice="")


def test_nothing_is_installed_when_all_is_there(monkeypatch):
    monkeypatch.setattr(system, "_apt", lambda packages: pytest.fail(f"installs {packages}"))
    assert install([PRESENT]) == "all there"


def test_only_what_is_missing_is_installed(monkeypatch):
    asked = []
    monkeypatch.setattr(system, "_apt", asked.extend)
    install([PRESENT, ABSENT])
    assert asked == ["some-package", "other-package"]


def test_who_may_not_install_is_told_the_exact_line(monkeypatch):
    monkeypatch.setattr(system, "_as_root", lambda: None)
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(Trouble) as trouble:
        install([ABSENT])
    assert "apt-get install -y --no-install-recommends some-package other-package'" in trouble.value.advice


def test_a_stamp_holds_until_a_file_changes(tmp_path):
    file, stamp = tmp_path / "file", tmp_path / "stamp"
    file.write_text("one")
    assert not unchanged(stamp, digest([file]))
    stamp.write_text(digest([file]))
    assert unchanged(stamp, digest([file]))
    file.write_text("two")
    assert not unchanged(stamp, digest([file]))


def test_a_process_is_told_from_a_later_one_with_its_number():
    assert alive(me())
    assert not alive(f"{os.getpid()} 1")
    assert not alive("")


def test_a_signal_puts_away_what_was_started():
    script = """
import sys
from tools.steps import main

def say(word):
    print(word, flush=True)

def work():
    try:
        say("begun")
        sys.stdin.readline()
    finally:
        say("putting away")
        sys.stdin.readline()
        say("away")

main(work)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    for stage in ("begun", "putting away"):  # an impatient second Ctrl-C does not cut it short
        assert process.stdout.readline().strip() == stage
        process.send_signal(signal.SIGTERM)
    said, _errors = process.communicate("\n", timeout=30)
    assert (process.returncode, said.split()) == (130, ["away", "Stopped."])


def test_a_signal_waits_for_what_must_not_be_cut_short():
    script = """
import os, signal
from tools.steps import main, uninterrupted

def work():
    with uninterrupted():
        os.kill(os.getpid(), signal.SIGTERM)
        print("whole")
    print("not reached")

main(work)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["whole", "Stopped."]
