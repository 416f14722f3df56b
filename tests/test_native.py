"""Native code as it is kept and loaded: without LLVM where that can be, and otherwise with it."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from llvmlite import binding as llvm

from zoo import places
from zoo.engines import backend, flatten
from zoo.engines.code import Code, load
from zoo.engines.elf import Unreadable
from zoo.engines.image import Image, packed, unpacked
from zoo.engines.processor import processor

# A jump table, constants, a function of the C library's and one of the zoo's.
SOURCE = """
declare i64 @other(i64)
declare i64 @labs(i64)

define i64 @chosen(i64 %n) {
  switch i64 %n, label %else [i64 0, label %a i64 1, label %b i64 2, label %c i64 3, label %d
                              i64 4, label %e i64 5, label %f]
a:
  %x = call i64 @other(i64 5)
  ret i64 %x
b:
  %y = call i64 @labs(i64 -7)
  ret i64 %y
c:
  %z = call i64 @twice(i64 21)
  ret i64 %z
d:
  %four = call i64 @other(i64 %n)
  ret i64 %four
e:
  %five = call i64 @labs(i64 %n)
  ret i64 %five
f:
  ret i64 99
else:
  ret i64 -1
}

define i64 @twice(i64 %n) noinline {
  %m = add i64 %n, %n
  ret i64 %m
}
"""
OTHER = "define i64 @other(i64 %n) {\n  %m = add i64 %n, 1000\n  ret i64 %m\n}"
FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)


def image(source: str) -> Image:
    return backend.image(llvm.parse_assembly(source))


def results(code: Code) -> list[int]:
    chosen = FUNCTION(code.addresses["chosen"])
    return [chosen(n) for n in range(7)]


@pytest.fixture(params=["an image", "an object file"])
def loaded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[Code]:
    """The two modules, kept and loaded; the object file as on systems where it is not read."""
    if request.param == "an object file":

        def refuse(data: bytes) -> None:
            raise Unreadable("of another kind")

        monkeypatch.setattr(flatten, "Object", refuse)
    made = [image(OTHER), image(SOURCE)]
    if request.param == "an image" and not made[0].flat:
        pytest.skip("this system's object files are not ELF for the x86-64")
    assert {one.flat for one in made} == {request.param == "an image"}
    kept = b"".join(packed(one, number=k) for k, one in enumerate(made))
    found = [*unpacked(kept)]
    assert found == [(made[0], {"number": 0}), (made[1], {"number": 1})]
    (other,) = load([found[0][0]], {})
    return [other, *load([found[1][0]] * 2, other.addresses)]


def test_code_calls_what_it_should(loaded: list[Code]) -> None:
    _, one, two = loaded
    expected = [1005, 7, 42, 1003, 4, 99, -1]
    assert results(one) == results(two) == expected
    assert one.addresses["chosen"] != two.addresses["chosen"]


def test_code_can_not_be_written(loaded: list[Code]) -> None:
    """Memory is written or run, never both."""
    if not Path("/proc/self/maps").exists():
        pytest.skip("only Linux tells")
    at = loaded[0].addresses["other"]
    for line in Path("/proc/self/maps").read_text().splitlines():
        low, high = (int(part, 16) for part in line.split()[0].split("-"))
        if low <= at < high:
            assert line.split()[1] == "r-xp"
            return
    pytest.fail("the code lies nowhere")


@pytest.mark.parametrize(
    "source",
    [
        "@x = global i64 3\ndefine i64 @f() {\n  %v = load i64, ptr @x\n  ret i64 %v\n}",
        "declare void @g()\ndefine ptr @f() {\n  ret ptr @g\n}",
    ],
    ids=["a variable", "an address of another"],
)
def test_what_is_not_understood_is_left_to_llvm(source: str) -> None:
    assert not image(source).flat


def test_a_warm_start_imports_no_compiler() -> None:
    names = "numba", "llvmlite", "numpy", "subprocess", "tempfile", "platformdirs"
    code = (
        "import sys, zoo.cli, zmachine.front, zmachine.machine, zoo.engines.recompile\n"
        f"print([name for name in {names} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_processor_is_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert processor() == processor()
    monkeypatch.setattr("zoo.engines.processor.PLACE", "/nowhere")
    assert processor() == backend.processor()


@pytest.mark.parametrize("given", [None, "", "/somewhere/else", "not/absolute"])
def test_folders_are_those_of_platformdirs(
    given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        if given is None:
            monkeypatch.delenv(variable, raising=False)
        else:
            monkeypatch.setenv(variable, given)
    theirs = platformdirs.user_cache_path("zoo", appauthor=False)
    assert places.cache_folder() == theirs
    assert places.data_folder() == platformdirs.user_data_path("zoo", appauthor=False)
