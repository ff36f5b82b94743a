"""Whatever a hospital gives and a user writes: nothing lost, nothing leaked, nothing broken."""

import copy
import json
import os
import tempfile
import tomllib
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.breaking import COLUMNS, NASTY, ODD_COLUMNS, Written, broken_grids, files, hospital
from mapping.commands import code_lists_read_once, obedient
from mapping.hospital import write_table
from small_extract import a_patient, arrow_tables, creatinine, proteinuria, supply

WHOLE = hospital()
LONGEST_NAME = 240  # of a file, with an ending
FATES = ("used", "rejected", "unmapped", "out_of_scope")


def of_all(share: float) -> settings:
    """A share of the examples of the profile."""
    return settings(max_examples=max(3, round(settings().max_examples * share)))


@pytest.fixture(autouse=True, scope="module")
def _quickly():
    with code_lists_read_once():
        yield


@contextmanager
def a_world(written=()):
    """A folder with the hospital's own `raw`, something `outside`, and `work` for what is made."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder)
        for name in ("raw", "work", "outside"):
            (world / name).mkdir()
        (world / "outside" / "secret.csv").write_text("id\nkqx\n", encoding="utf-8")
        for file in written:
            (world / "raw" / file.name).write_bytes(file.content)
        yield world


@st.composite
def hospitals(draw):
    """The files of a hospital, one or two of whose tables are broken."""
    broken = draw(st.sets(st.sampled_from(sorted(WHOLE)), min_size=1, max_size=2))
    grids = {
        name: draw(broken_grids(grid)) if name in broken else grid for name, grid in WHOLE.items()
    }
    written = {}
    for name, grid in grids.items():
        if name in broken:
            written[name] = draw(files(name, grid))
        else:
            written[name] = WHOLE_FILES[name]
    return grids, written


def _whole_files():
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, grid in WHOLE.items():
            rows = [dict(zip(grid.names, row, strict=True)) for row in grid.rows]
            write_table(Path(folder), name, rows, grid.names)
            content = (Path(folder) / f"{name}.csv").read_bytes()
            source = {"path": f"{name}.csv", "format": "text", "encoding": "utf-8"}
            source |= {"delimiter": ",", "quote": '"', "header_row": 1}
            found[name] = Written(f"{name}.csv", content, source, len(grid.rows))
    return found


WHOLE_FILES = _whole_files()


def mapping_of(written, grids=None) -> dict:
    """A mapping file of these files; of columns only those that the grids have."""
    tables = []
    for name, file in written.items():
        columns = COLUMNS[name]
        if grids is not None:
            columns = {r: c for r, c in columns.items() if c in grids[name].names}
        table = {"name": name, "to": name, "source": file.source, "columns": columns}
        if "code" in columns:
            table["code_system"] = "ICD-10"
        tables.append(table)
    return {"mapping": {"name": "t", "location": "../raw"}, "table": tables}


def write_mapping(world: Path, content: dict) -> Path:
    file = world / "work" / "mapping.toml"
    file.write_text(tomli_w.dumps(content), encoding="utf-8")
    return file


def accounts(world: Path) -> dict[str, dict]:
    """What the extract says became of the rows of each table: nothing lost."""
    manifest = world / "work" / "extract" / "mapping_manifest.json"
    tables = json.loads(manifest.read_text(encoding="utf-8"))["account"]["tables"]
    for table in tables:
        assert table["read"] == sum(table[fate] for fate in FATES), table
    return {table["name"]: table for table in tables}


def made_by_mapping(world: Path) -> list[Path]:
    return [world / "work" / name for name in ("extract", "extract.staged")]


@of_all(0.3)
@given(data=st.data())
def test_broken_tables_are_accounted_for_row_by_row(data):
    grids, written = data.draw(hospitals())
    narrowed = data.draw(st.sampled_from([grids, grids, None]))
    with a_world(written.values()) as world:
        file = write_mapping(world, mapping_of(written, narrowed))
        made = made_by_mapping(world)
        checked = obedient(world, made, "check", "--mapping", file)
        if (world / "work" / "extract").exists():
            for name, table in accounts(world).items():
                if written[name].rows is not None:
                    assert table["read"] == written[name].rows, (name, table)
        else:
            assert checked.code == 2
        mapped = obedient(world, made, "map", "--mapping", file)
        assert mapped.code == checked.code
        results = world / "work" / "results"
        if mapped.code == 0 and data.draw(st.integers(0, 9)) == 0:
            run = ("run", "nanjing", "--mapping", file, "--out", results)
            obedient(world, [*made, results], *run)


@of_all(0.2)
@given(data=st.data())
def test_init_makes_a_mapping_of_any_folder_that_check_can_read(data):
    _, written = data.draw(hospitals())
    for name in data.draw(st.sets(st.sampled_from(sorted(written)), max_size=1)):
        del written[name]
    with a_world(written.values()) as world:
        file = world / "work" / "mapping.toml"
        first = obedient(world, [file], "init", world / "raw", "--out", file)
        assert first.code == 0
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        obedient(world, made_by_mapping(world), "check", "--mapping", file)
        if (world / "work" / "extract").exists():
            found, rows = accounts(world), {w.source["path"]: w for w in written.values()}
            for table in content["table"]:
                source, of = table["source"], rows[table["source"]["path"]]
                alike = all(source.get(k) == of.source.get(k) for k in ("delimiter", "header_row"))
                if alike and of.rows is not None and not table.get("wide"):
                    left_out = source.get("footer_rows", 0)
                    assert found[table["name"]]["read"] == of.rows - left_out


PATHS = (
    *(
        ".",
        "..",
        "../raw",
        "../raw/",
        "../raw/sub",
        "../raw/patient.csv",
        "../outside",
        "",
        "/",
        "~",
    ),
    *(
        "extract/../../raw",
        "link",
        "../raw/link",
        "a" * 300,
        "a/" * 200,
        "a\0b",
        "C:\\raw",
        "'; --",
    ),
    *("../outside/secret.csv", "/etc/passwd", "link.csv", "sub/../patient.csv", "../work", "raw"),
    *("mapping.toml", "extract.staged", "extract.staged/lab", "[b]", "\x1b[31m", "病人", "~/x"),
    "postgresql://u:kqx-secret@127.0.0.1:1/d",
)
VALUES = st.one_of(
    st.sampled_from([*PATHS, *NASTY]),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.just([]),
    st.just({}),
    st.lists(st.sampled_from(NASTY), max_size=3),
    st.dictionaries(
        st.sampled_from(["a", "lab", "patient_id"]), st.sampled_from(NASTY), max_size=2
    ),
)


@st.composite
def edited(draw, content: dict) -> dict:
    """A mapping file after up to three changes at random places."""
    content = copy.deepcopy(content)
    for _ in range(draw(st.integers(1, 3))):
        place = content
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = place[key]
            if isinstance(inner, dict | list) and inner and draw(st.integers(0, 5)):
                place = inner
                continue
            match draw(st.sampled_from(["set", "set", "drop", "rename", "more"])):
                case "set":
                    place[key] = draw(VALUES)
                case "drop":
                    del place[key]
                case "rename" if isinstance(place, dict):
                    place[draw(st.sampled_from([*NASTY, "extract", "wide", "keep"]))] = place.pop(
                        key
                    )
                case _ if isinstance(place, dict):
                    place[draw(st.sampled_from(KEYS))] = draw(VALUES)
            break
    return content


KEYS = (
    *("wide", "keep", "values", "constants", "date_formats", "day_of_month", "decimal", "supply"),
    *("names", "units", "code_lists", "extract", "location", "leading_zeros", "gap_days", "test"),
    *("encoding", "header_row", "footer_rows", "table", "delimiter", "quote", "unit", "inpatient"),
)
LIKELY = (
    *((("mapping", key), path) for key in ("extract", "location") for path in PATHS),
    *((("table", 2, "source", "path"), path) for path in PATHS),
    *((("table", 2, "source", "header_row"), row) for row in (2, 3, 99, 10**12)),
    *((("table", 2, "source", "footer_rows"), rows) for rows in (1, 5, 10**9)),
    *((("table", 2, "source", "delimiter"), sign) for sign in (";", "\t", '"', "\n", "\0", "，")),
    *((("table", 2, "source", "quote"), sign) for sign in ("", "'", ",", "\n")),
    *(
        (("table", 2, "source", "encoding"), name)
        for name in ("utf-16", "gb18030", "latin-1", "no-such", "hex", "base64", "idna", "utf-7")
    ),
    *(
        (("table", 2, "columns", role), "患者编号")
        for role in ("test", "unit", "result", "sample_date")
    ),
    *(
        (("table", 1, "columns", role), "id")
        for role in ("drug", "directions", "quantity", "route")
    ),
    *((("table", 3, "columns", role), "患者编号") for role in ("diagnosis", "code")),
    *((("table", 2, "columns", "unit"), column) for column in ("检验项目", "结果", "no such")),
    *(
        (("table", 2, "date_formats"), [form])
        for form in ("%d.%m.%Y", "%%", "%Y-%Q", "excel_serial")
    ),
    (("mapping", "code_lists"), ["../raw/patient.csv"]),
    (("mapping", "code_lists"), ["../raw/lab.csv", "no.csv"]),
    (("table", 2, "keep"), {"患者编号": ["KQX00001"], "no such": ["x"]}),
    (("table", 2, "wide"), [{"column": "结果", "test": "serum_creatinine"}]),
)


@of_all(0.35)
@given(data=st.data())
def test_no_mapping_file_overwrites_leaks_or_breaks(data):
    content = mapping_of(WHOLE_FILES)
    if data.draw(st.booleans()):
        keys, value = data.draw(st.sampled_from(LIKELY))
        place = content
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value
    else:
        content = data.draw(edited(content))
    with a_world(WHOLE_FILES.values()) as world:
        raw = world / "raw"
        (raw / "sub").mkdir()
        (raw / "link").symlink_to("../outside")
        (raw / "link.csv").symlink_to("../outside/secret.csv")
        (world / "work" / "link").symlink_to("../raw")
        (raw / "mapping_manifest.json").write_text("{}", encoding="utf-8")
        try:
            file = write_mapping(world, content)
        except (TypeError, ValueError):
            return  # no TOML
        made = made_by_mapping(world)
        extract = content.get("mapping", {}) if isinstance(content.get("mapping"), dict) else {}
        extract = extract.get("extract")
        if isinstance(extract, str) and "\0" not in extract and len(extract) < LONGEST_NAME:
            out = Path(os.path.realpath(world / "work" / extract))
            is_free = not out.exists() or (out.is_dir() and not any(out.iterdir()))
            made += [out, out.with_name(out.name + ".staged")] if is_free else []
        for command in (("check",), ("map",)):
            obedient(world, made, *command, "--mapping", file)


NAMES_OF_FILES = (
    *(
        "a'b.csv",
        'a"b.csv',
        "a;DROP TABLE x.csv",
        "患者 信息.csv",
        "=1+1.csv",
        "-rf.csv",
        "[b].csv",
    ),
    *("a\nb.csv", "a\tb.csv", "\x1b[31m.csv", "x" * 240 + ".csv", "$(id).csv", "%s.csv", "{0}.csv"),
    *(b"\xff\xfe.csv", "＃.csv", "# x.csv", "..csv", "a.csv.gz", "con.csv", "\u202ecsv.exe.csv"),
)


@of_all(0.05)
@given(data=st.data())
def test_names_and_links_in_a_folder_lead_nowhere(data):
    names = data.draw(
        st.lists(st.sampled_from(NAMES_OF_FILES), min_size=1, max_size=4, unique=True)
    )
    with a_world(WHOLE_FILES.values()) as world:
        raw = world / "raw"
        for name in names:
            path = raw / (
                name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")
            )
            path.write_bytes(data.draw(st.sampled_from([b"", b"id\n", WHOLE_FILES["lab"].content])))
        (raw / "out").symlink_to("../outside")
        (raw / "loop").symlink_to("loop")
        (raw / "secret.csv").symlink_to("../outside/secret.csv")
        file = world / "work" / "mapping.toml"
        assert obedient(world, [file], "init", raw, "--out", file).code == 0
        assert "secret.csv" not in str(tomllib.loads(file.read_text(encoding="utf-8")))
        obedient(world, made_by_mapping(world), "check", "--mapping", file)


def contract_extract():
    """An extract of the contract, with enough patients for a run, and values of one alone."""
    rows = {}
    for i in range(40):
        who = f"KQX{i:03d}"
        one = a_patient(
            who,
            prescription=[
                supply(
                    0, 200, 3.0, patient_id=who, drug="tacrolimus" if i % 2 else "mycophenolate"
                ),
                supply(10, 20, 1.0, patient_id=who, drug=f"tacrolimus kqx{i}"),
            ],
            lab=[
                proteinuria(200, 0.2 if i % 3 else 1.5, who),
                creatinine(200, 80.0, who),
                creatinine(201, 80.0, who) | {"unit": f"kqx{i}"},
            ],
        )
        for table, content in one.items():
            rows.setdefault(table, []).extend(content)
    return arrow_tables(rows)


EXTRACT = contract_extract()
ODD_VALUES = {
    pa.string(): st.sampled_from(NASTY),
    pa.date32(): st.dates(),
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.float64(): st.floats(),
}


@st.composite
def broken_extracts(draw) -> dict[str, bytes]:
    """The files of an extract, of which up to three are broken."""
    tables, cut = dict(EXTRACT), {}
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(tables)))
        table = tables[name]
        at = draw(st.integers(0, table.num_columns - 1))
        match draw(st.sampled_from(["values", "values", "type", "drop", "rename", "rows", "cut"])):
            case "values" if table.schema.types[at] in ODD_VALUES and len(table):
                odd = draw(
                    st.lists(st.none() | ODD_VALUES[table.schema.types[at]], min_size=1, max_size=5)
                )
                share = draw(st.sampled_from([1, 3, 10]))
                old = table.column(at).to_pylist()
                new = [odd[i % len(odd)] if i % share == 0 else v for i, v in enumerate(old)]
                table = table.set_column(at, table.field(at), pa.array(new, table.schema.types[at]))
            case "type":
                odd = draw(st.sampled_from(ODD_COLUMNS))(len(table))
                table = table.set_column(at, table.schema.names[at], odd)
            case "drop" if table.num_columns > 1:
                table = table.remove_column(at)
            case "rename":
                others = [*table.schema.names]
                others[at] = draw(st.sampled_from(NASTY))
                table = table.rename_columns(others)
            case "rows":
                table = draw(st.sampled_from([table.slice(0, 0), pa.concat_tables([table, table])]))
            case "cut":
                cut[name] = draw(st.floats(0, 1))
        tables[name] = table
    found = {}
    for name, table in tables.items():
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        content = sink.getvalue().to_pybytes()
        found[name] = content[: round(cut.get(name, 1) * len(content))]
    return found


@of_all(0.1)
@given(data=st.data())
def test_a_broken_extract_is_refused_or_run_and_tells_of_nobody(data):
    with a_world() as world:
        folder = world / "extract"
        folder.mkdir()
        for name, content in data.draw(broken_extracts()).items():
            (folder / f"{name}.parquet").write_bytes(content)
        obedient(world, [], "check", folder)
        results = world / "work" / "results"
        if data.draw(st.integers(0, 9)) == 0:
            run = ("run", "nanjing", "--extract", folder, "--out", results)
            obedient(world, [results], *run)


def test_a_table_of_ten_thousand_columns_is_looked_at_and_mapped():
    lab = WHOLE_FILES["lab"]
    more = ",".join(f"c{i}" for i in range(10_000)).encode()
    lines = lab.content.splitlines()
    content = b"\n".join([lines[0] + b"," + more, *(line + b"," * 10_000 for line in lines[1:])])
    with a_world(WHOLE_FILES.values()) as world:
        (world / "raw" / "lab.csv").write_bytes(content + b"\n")
        file = world / "work" / "mapping.toml"
        assert obedient(world, [file], "init", world / "raw", "--out", file).code == 0
        told = obedient(world, made_by_mapping(world), "check", "--mapping", file)
        assert told.code == 0, told.text
        assert accounts(world)["lab"]["read"] == lab.rows
