"""Rows from CSV and XLSX: what is read, what is refused where, and that nothing is spent or run."""

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from batches import sheets, tables
from batches.models import Batch, BatchSheet
from designer.ledger.models import LedgerEntry
from teams.base.cells import guarded, unguarded
from teams.base.errors import Refused
from tests.batches.asking import generate, look, made, work_off


def read(data: bytes | str, **mapping):
    raw = data.encode() if isinstance(data, str) else data
    return sheets.rows_of(tables.read(raw), mapping=mapping)


def workbook(*lines, sheet: str = "Sheet") -> bytes:
    book, out = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(out)
    return out.getvalue()


WORDS = "brief;n\nein Kleid für März;2\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (WORDS.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + WORDS.encode(), "utf-8-sig"),
        (WORDS.encode("utf-16"), "utf-16"),
        (WORDS.encode("utf-16-le"), "utf-16-le"),
        (WORDS.encode("utf-16-be"), "utf-16-be"),
        (WORDS.encode("cp1252"), "cp1252"),
    ],
)
def test_every_usual_encoding_is_told_by_its_bytes(data, encoding):
    table = tables.read(data)
    assert (table.encoding, table.delimiter) == (encoding, ";")
    assert sheets.rows_of(table).rows == [{"brief": "ein Kleid für März", "n": 2}]


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [
        ('brief,n\n"a coat, long",2\n', ","),
        ("brief;n\na coat, long;2\n", ";"),
        ("brief\tn\na coat, long\t2\n", "\t"),
        ("brief|n\na coat, long|2\n", "|"),
        ("sep=;\nbrief;n\na coat, long;2\n", ";"),
    ],
)
def test_the_separator_is_told_by_the_header(data, delimiter):
    table = tables.read(data.encode())
    assert table.delimiter == delimiter
    assert sheets.rows_of(table).rows == [{"brief": "a coat, long", "n": 2}]


def test_columns_are_taken_for_fields_slots_or_nothing_and_say_so():
    found = read("Prompt,Aspect Ratio,Fabric,???,,brief\na {Fabric} coat,3:4,wool,x,y,z\n")
    assert [(each.field, each.slot) for each in found.columns] == [
        ("brief", ""),
        ("aspect_ratio", ""),
        ("", "Fabric"),
        ("", ""),
        ("", ""),
        ("", ""),
    ]
    assert all(each.why for each in found.columns)
    assert "{Fabric}" in found.columns[2].why and "Prompt" in found.columns[5].why
    assert found.rows == [{"brief": "a {Fabric} coat", "aspect_ratio": "3:4", "Fabric": "wool"}]


def test_a_mapping_renames_and_leaves_out():
    found = read("Was,Notiz\na coat,private\n", Was="brief", Notiz="-")
    assert found.rows == [{"brief": "a coat"}]


def test_every_wrong_cell_is_named_by_line_and_column_and_the_right_rows_stay():
    lines = ["brief,n,quality", "a coat,2,high", '"two\nlines",x,odd', "a cape,3,draft", "a,b,c,d", ",,"]
    found = read("\n".join(lines))
    assert [row["brief"] for row in found.rows] == ["a coat", "a cape"]
    assert [(each.line, each.column) for each in found.errors][:2] == [(3, "n"), (3, "quality")]
    assert {each.line for each in found.errors} == {3, 6} and found.wrong == 2
    assert "draft, standard, high" in found.errors[1].message
    assert found.errors[2].code == "too_many_cells"


def test_the_same_row_twice_is_flagged_with_the_first():
    assert read("brief\na coat\na cape\na coat\n").duplicates == {4: 2}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n\n", "empty"),
        (b"brief\n", "empty"),
        (b"???\nx\n", "no_columns"),
        (b'brief\n"open\n', "bad_csv"),
        (b"brief\n" + b"\x81\x8d", "unknown_encoding"),
        (b"PK\x03\x04 and nothing more", "bad_xlsx"),
        (b"brief\n" + b"a coat\n" * 10_001, "too_many_items"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(data, code):
    with pytest.raises(Refused) as refused:
        read(data)
    assert (refused.value.code, refused.value.field) == (code, "file") and refused.value.remedy


def test_too_many_rows_are_refused_without_reading_the_rest():
    lines = (tables.Line(number, ("brief" if number == 1 else "a coat",)) for number in range(1, 99_999))
    with pytest.raises(Refused, match="more than 10,000 rows"):
        sheets.rows_of(tables.Table("csv", "", "", lines))
    assert next(lines).number == 10_003


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_more_columns_than_a_sheet_may_have_are_refused_and_not_cut(kind):
    def sheet(count):
        names, values = [f"c{number}" for number in range(count)], ["x"] * count
        return workbook(names, values) if kind == "xlsx" else f"{','.join(names)}\n{','.join(values)}\n"

    assert len(read(sheet(100)).rows[0]) == 100
    with pytest.raises(Refused) as refused:
        read(sheet(101))
    assert (refused.value.code, refused.value.field) == ("too_many_columns", "file")


def test_empty_columns_at_the_end_are_no_columns():
    assert read("brief" + "," * 500 + "\na coat" + "," * 500 + "\n").rows == [{"brief": "a coat"}]


def test_a_cell_of_a_megabyte_is_an_error_of_its_line():
    found = read("brief\n" + "x" * (1 << 20) + "\na coat\n")
    assert found.rows == [{"brief": "a coat"}]
    assert (found.errors[0].line, found.errors[0].code) == (2, "too_long") and "1,048,576" in found.errors[0].message


def test_hidden_characters_are_an_error_of_their_cell():
    assert read("brief\na\x07coat\nb\n").errors[0].code == "control_characters"


def test_a_workbook_is_read_as_its_text_and_formulas_are_not_worked_out():
    found = read(
        workbook(["brief", "n", "exact", "seed"], ["=1+1", 2, True, 7.0], [None, None, None, None], ["a coat", 1])
    )
    assert found.rows == [{"brief": "=1+1", "n": 2, "exact": True, "seed": 7}, {"brief": "a coat", "n": 1}]
    assert found.lines == [2, 4]


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


def test_an_archive_that_would_unpack_to_too_much_is_not_unpacked():
    bomb = archive(xl__workbook_xml=b"<workbook/>", xl__big_xml=b" " * (tables.MAX_UNPACKED + 1))
    assert len(bomb) < 1 << 20
    with pytest.raises(Refused) as refused:
        tables.read(bomb)
    assert (refused.value.code, refused.value.status) == ("too_large", 413)


def test_entities_are_refused_and_other_archives_too():
    with pytest.raises(Refused, match="entities"):
        tables.read(archive(xl__workbook_xml=b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'))
    with pytest.raises(Refused) as refused:
        tables.read(archive(readme=b"hello"))
    assert refused.value.status == 415


def test_a_worksheet_that_claims_a_million_lines_ends_where_its_lines_end():
    book, out = Workbook(), io.BytesIO()
    book.active["A1"], book.active["A2"] = "brief", "a coat"
    book.active["XFD1048576"] = "far away"
    book.save(out)
    assert read(out.getvalue()).rows == [{"brief": "a coat"}]


@given(st.text(alphabet="'=+-@\t\rab "))
def test_the_guard_comes_off_as_it_went_on(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def send(client, data, name="rows.csv", **more):
    raw = data.encode() if isinstance(data, str) else data
    file = io.BytesIO(raw)
    file.name = name
    return client.post("/api/batch/import", {"file": file, **more}, format="multipart")


@pytest.mark.django_db(transaction=True)
class TestOverHttp:
    def test_an_imported_sheet_becomes_a_batch_and_importing_spends_nothing(self, client_of):
        client = client_of("editor")
        answer = send(client, "garment;n;odd\ncoat;1;x\nskirt;many;y\ncape;2;z\n")
        assert answer.status_code == 201, answer.content
        told = answer.json()
        assert (told["rows"], told["wrong"], told["delimiter"]) == (2, 1, ";")
        assert [(each["line"], each["column"]) for each in told["errors"]] == [(3, "n")]
        assert not LedgerEntry.objects.exists() and not Batch.objects.exists()
        body = made(client, {"base": {"brief": "a {Garment}"}, "sheet": told["id"]})
        work_off()
        assert look(client, body["id"])["counts"]["succeeded"] == 2
        assert look(client, body["id"])["images"] == 3

    def test_a_line_that_leaves_the_brief_empty_is_named_for_only_the_plans_own_brief_can_make_it(self, client_of):
        client = client_of("editor")
        told = send(client, "brief,n\na coat,1\n,2\n").json()
        assert (told["rows"], told["wrong"], told["unbriefed"]) == (2, 0, [3])
        answer = generate(client, {"sheet": told["id"]})
        assert answer.status_code == 422 and "line 3" in answer.json()["errors"][0]["message"]
        assert generate(client, {"sheet": told["id"], "base": {"brief": "a cape"}}).status_code == 202
        assert send(client, "garment,n\ncoat,1\n").json()["unbriefed"] == []

    def test_a_sheet_is_for_its_own_team_alone(self, client_of):
        sheet = send(client_of("editor"), "brief\na coat\n").json()["id"]
        answer = generate(client_of("editor"), {"sheet": sheet})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "plan.sheet")
        assert generate(client_of("editor"), {"sheet": "nonsense"}).status_code == 422

    def test_a_mapping_is_json_and_anything_else_is_refused(self, client_of):
        client = client_of("editor")
        said = json.dumps({"Was": "brief"})
        assert send(client, "Was\na coat\n", mapping=said).json()["preview"][0]["row"] == {"brief": "a coat"}
        assert send(client, "Was\na coat\n", mapping="[1]").status_code == 400
        assert BatchSheet.objects.count() == 1

    def test_the_template_can_be_filled_in_and_comes_back(self, client_of):
        client = client_of("editor")
        answer = client.get("/api/batch/import/template", {"brief": "a {garment} in {fabric}"})
        assert answer.content.startswith(b"\xef\xbb\xbfgarment,fabric,model")
        told = send(client, answer.content).json()
        assert (told["rows"], told["errors"]) == (1, []) and told["preview"][0]["row"]["garment"] == "a garment"

    @pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404)])
    def test_only_those_who_may_create_may_import(self, client_of, team, role, status):
        assert send(client_of(role), "brief\na coat\n", team=str(team.pk)).status_code == status
