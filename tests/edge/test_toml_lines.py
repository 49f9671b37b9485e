import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edge.toml_lines import Path, key_lines, nearest_line

TEXT = '''\
# a comment with [brackets] = and "quotes"
data_dir = "x" # more
[place]
farm = 'a # no comment'
"quoted key" . inner = 1

[[cameras]]
slug = """
three
lines \\"""
"""
after = 1
  [cameras.lens]
  fov = 1.5
[[cameras]]
slug = "b"
list = [
  1, # one
  [2, 3], { a = 1, b = { c = "}" } },
]
[[cameras.zones]]
name = "door"
'''


def test_each_key_is_found_on_its_line():
    lines = key_lines(TEXT)
    assert lines[("data_dir",)] == 2
    assert lines[("place",)] == 3
    assert lines[("place", "farm")] == 4
    assert lines[("place", "quoted key", "inner")] == 5
    assert lines[("cameras", 0)] == 7
    assert lines[("cameras", 0, "after")] == 12
    assert lines[("cameras", 0, "lens", "fov")] == 14
    assert lines[("cameras", 1)] == 15
    assert lines[("cameras", 1, "list", 0)] == 18
    assert lines[("cameras", 1, "list", 2, "b", "c")] == 19
    assert lines[("cameras", 1, "zones", 0, "name")] == 22


def test_what_is_not_there_is_looked_for_around_it():
    lines = key_lines(TEXT)
    assert nearest_line(lines, ("cameras", 1, "list", 9, "deep")) == 17
    assert nearest_line(lines, ("nothing",)) == 1
    assert nearest_line(lines, ()) == 1


KEYS = st.sampled_from(["a", "b-c", "_d", "1", "q q", "ü", "x.y"])
SCALARS = st.sampled_from(
    ["1", "-2.5e3", "true", '"a]}#,\\""', "'lit # [ {'", '"""x\n"y""\n#"""', "'''l\n'''", "1979-05-27T07:32:00Z"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[\n # c ]\n" + ",\n".join(items) + "]"),
        st.dictionaries(KEYS, inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"{quoted(key)} = {value}" for key, value in items.items()) + "}"
        ),
    ),
    max_leaves=6,
)


def quoted(key: str) -> str:
    return f'"{key}"' if key in ("q q", "ü", "x.y") else key


def paths(value: Any, path: Path = ()) -> set[Path]:
    inside = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    return {(*path, key) for key, _ in inside}.union(*(paths(one, (*path, key)) for key, one in inside))


@given(
    st.lists(
        st.tuples(st.sampled_from(["[t{n}]", "[[array]]", "[t.u{n}]"]), st.dictionaries(KEYS, VALUES, max_size=3)),
        max_size=4,
    )
)
def test_every_key_of_any_document_is_found(tables: list[tuple[str, dict[str, str]]]):
    text = ""
    for number, (header, pairs) in enumerate(tables):
        text += header.format(n=number) + "\n"
        for key, value in pairs.items():
            text += f"  {quoted(key)} = {value} # end\n"
    lines = key_lines(text)
    assert set(lines) == paths(tomllib.loads(text))
    for path, line in lines.items():
        if isinstance(path[-1], str):
            assert path[-1].removesuffix("_") in text.splitlines()[line - 1]
