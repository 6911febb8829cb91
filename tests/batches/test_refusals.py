"""What a plan, a sheet or a change may not say: refused where it stands, in words that tell what to do."""

import pytest
from django.test import Client

from batches.models import Batch
from designer.catalogue.models import ModelProfile
from tests.batches.asking import generate, items, look, made, plan, run_out
from tests.batches.test_sheets import send, workbook

pytestmark = pytest.mark.django_db(transaction=True)


def refused(answer) -> list[tuple[str, str]]:
    """The fields at fault, each with what is said of it."""
    return [(each["field"], each["message"]) for each in answer.json()["errors"]]


def page_of(client) -> Client:
    """The same person at the pages."""
    page = Client()
    page.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")
    return page


@pytest.mark.parametrize("end", ["completed", "cancelled"])
@pytest.mark.parametrize("said", [{"priority": 1}, {"parallelism": 9}, {"budget": "5"}, {"priority": 1, "title": "x"}])
def test_of_a_batch_that_cannot_run_again_only_the_title_changes(end, said, client_of):
    client = client_of("editor")
    pk = run_out(client)["id"] if end == "completed" else made(client)["id"]
    client.delete(f"/api/batch/{pk}")
    before = look(client, pk)
    answer = client.patch(f"/api/batch/{pk}", said, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_over"), answer.content
    assert f"This batch is {end}." in answer.json()["detail"] and look(client, pk) == before
    assert client.patch(f"/api/batch/{pk}", {"title": "Coats"}, format="json").json()["title"] == "Coats"


SLOTS = {"garment": ["coat"], "fabrik": ["wool"]}


@pytest.mark.parametrize("way", ["estimate", "generate", "templates"])
@pytest.mark.parametrize(
    ("parts", "field", "words"),
    [
        ({"base": {"brief": "a {garment} in {fabric}"}, "slots": SLOTS}, "plan.slots.fabrik", "{garment}, {fabric}"),
        ({"base": {"brief": "a coat"}, "slots": {"fabric": ["wool"]}}, "plan.slots.fabric", "into the brief"),
        ({"base": {"brief": "a coat"}, "palettes": [["rust", "#12"]]}, "plan.palettes[0][1]", "#rrggbb"),
        ({"kind": "enhance", "operations": [{"name": "upscale"}], "palettes": ["rust"]}, "plan.palettes", "Remove"),
        ({"kind": "enhance", "operations": [{"name": "upscale"}], "variations": 2}, "plan.variations", "Remove"),
        ({"base": {"brief": "a coat"}, "operations": [{"name": "upscale"}]}, "plan.operations", "Remove"),
    ],
)
def test_a_part_of_a_plan_that_would_change_nothing_is_refused_at_its_place(way, parts, field, words, client_of):
    said = {"plan": parts, **({"name": "Coats"} if way == "templates" else {})}
    answer = client_of("editor").post(f"/api/batch/{way}", said, format="json")
    assert answer.status_code == 400, answer.content
    ((place, told),) = refused(answer)
    assert place == field and words in f"{told} {answer.json()}" and not Batch.objects.exists()


def test_the_page_says_which_slot_has_no_place(client_of):
    client = client_of("editor")
    said = {"brief": "a {garment}", "slots": "garment: coat\nfabrik: wool", "parallelism": "4", "when": "now"}
    told = page_of(client).post("/batches/estimate", said).json()
    assert "No brief has a place for {fabrik}. Use {garment}" in told["html"] and not told["ready"]


def test_an_estimate_tells_what_goes_into_no_image_or_only_as_a_word(client_of):
    rows = [{"garment": "coat", "season": "winter"}]
    said = {"base": {"brief": "a {garment}"}, "rows": rows, "palettes": [["rust", "pale blue grey", "blurple"]]}
    told = client_of("editor").post("/api/batch/estimate", {"plan": said}, format="json").json()["warnings"]
    assert "{season}" in told[0] and "blurple" in told[1] and "blue grey" not in " ".join(told), told


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_empty_cell_that_a_brief_has_a_place_for_is_named_by_its_line_and_column(kind, client_of):
    client = client_of("editor")
    lines = [["garment", "fabric", "note"], ["coat", "wool", "x"], [], ["cape", "", "y"], ["dress", "", "z"]]
    data = workbook(*lines) if kind == "xlsx" else "\n".join(",".join(line) for line in lines)
    sheet = send(client, data).json()
    said = {"base": {"brief": "a {garment} in {Fabric}"}, "sheet": sheet["id"], "variations": 2}
    answer = generate(client, said)
    assert answer.status_code == 422, answer.content
    told = refused(answer)
    assert [field for field, _ in told] == ["plan.rows[1].fabric", "plan.rows[2].fabric"]
    assert told[0][1].startswith("Line 4 of the sheet leaves fabric empty") and "Line 5" in told[1][1]
    assert not Batch.objects.exists()


def test_a_row_is_counted_by_its_line_of_the_file_wherever_it_is_named(client_of):
    client = client_of("editor")
    told = send(client, "brief,model\n\na coat,\na cape,nothing\n").json()
    assert [each["line"] for each in told["preview"]] == [3, 4]
    ((_, message),) = refused(generate(client, {"sheet": told["id"]}))
    assert message.startswith("Item 2 (line 4 of the sheet): ")
    pk = made(client, {"sheet": send(client, "brief\n\na coat\n").json()["id"]}, start=False)["id"]
    copy = client.post(f"/api/batch/{pk}/clone").json()["id"]
    assert [items(client, each)[0]["label"] for each in (pk, copy)] == [{"row": 1, "sheet_line": 3}] * 2


def test_a_number_out_of_its_range_is_said_when_the_sheet_is_imported(client_of):
    lines = ["brief,n,seed,min_quality", "a,9,,", "b,0,,", "c,1,-1,", "d,1,,1.5", "e,8,7,0.5"]
    told = send(client_of("editor"), "\n".join(lines)).json()
    found = [(each["line"], each["column"]) for each in told["errors"]]
    assert found == [(2, "n"), (3, "n"), (4, "seed"), (5, "min_quality")] and told["rows"] == 1
    assert "from 1 to 8" in told["errors"][0]["message"]


def test_models_that_are_not_there_are_named_with_those_most_like_them_and_the_whole_list_once(client_of):
    client = client_of("editor")
    known = ModelProfile.objects.filter(provider="sketchbook").values_list("model", flat=True).first()
    near = refused(generate(client, {"rows": [{"brief": "a coat", "model": f"{known}s"}]}))
    assert f"Did you mean {known}?" in near[0][1] and "Use one of" not in near[0][1]
    far = refused(generate(client, {"rows": [{"brief": f"coat {n}", "model": "zzzzzz"} for n in range(3)]}))
    assert len(far) == 3 and ["Use one of" in line for _, line in far] == [True, True, True]
    sheet = send(client, "brief,model\na,zzz\nb,zzz\n").json()["id"]
    told = page_of(client).post("/batches/estimate", {"sheet": sheet}).json()["html"]
    assert told.count("<li>") == 1 and "Items 1 (line 2 of the sheet), 2 (line 3 of the sheet): " in told


def test_a_plan_without_faults_is_still_planned(client_of):
    said = plan("a {garment} in {fabric}, {palette}", slots={"garment": ["coat"]}, palettes=["rust"])
    rows = {"rows": [{"fabric": "wool"}, {"fabric": "silk"}]}
    assert made(client_of("editor"), {**said, **rows}, start=False)["counts"]["total"] == 2


def test_a_column_that_fills_the_place_of_a_palette_is_not_said_to_go_nowhere(client_of):
    said = {"base": {"brief": "a {garment} in {palette}"}, "rows": [{"garment": "coat", "palette": "navy"}]}
    told = client_of("editor").post("/api/batch/estimate", {"plan": said}, format="json").json()
    assert (told["warnings"], told["preview"][0]["brief"]) == ([], "a coat in navy")


def test_pages_name_the_line_of_the_sheet(client_of):
    client = client_of("editor")
    sheet = send(client, "brief\n\na coat\n").json()["id"]
    told = page_of(client).post("/batches/estimate", {"sheet": sheet, "parallelism": "4", "when": "now"}).json()["html"]
    assert "line: 3" in told and "row: 1" not in told
    pk = made(client, {"sheet": sheet}, start=False)["id"]
    assert "line 3" in page_of(client).get(f"/batches/{pk}").content.decode()
    table = b"".join(client.get(f"/api/batch/{pk}/results").streaming_content).decode("utf-8-sig")
    assert {"row", "sheet_line"} <= set(table.splitlines()[0].split(","))


def test_what_is_no_colour_of_a_palette_is_refused_at_its_place(client_of):
    said = {"plan": {"base": {"brief": "a coat"}, "palettes": ["rust", ["moss", {"name": "red"}]]}}
    ((place, told),) = refused(client_of("editor").post("/api/batch/estimate", said, format="json"))
    assert place == "plan.palettes[1][1]" and "This is not a text" in told and "{" not in told
