"""What the JavaScript client sends, taken down as it leaves, is what the real API takes."""

import json
import re
import shutil
import subprocess

import pytest

from designer.env import ROOT
from designer.generations.serializers import GenerationRequest
from tests.designer.generations.test_flow import made

NODE = shutil.which("node") or ""
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not NODE, reason="Node is not installed"),
]
TAKE_DOWN = """
import { DesignerBFFClient } from "%s";
const [id, asset] = process.argv.slice(1);
const said = [];
const fetch = async (url, { method, body }) => {
  const { pathname, search } = new URL(url);
  said.push({ path: pathname + search, method, body: body ? JSON.parse(body) : null });
  return new Response("{}", { status: 200, headers: { "Content-Type": "application/json" } });
};
const client = new DesignerBFFClient({ url: "http://studio.example", token: "t", fetch });
await client.feedback(id, "like");
await client.feedback(id, "rating", { rating: 5, asset });
await client.feedback(id, "comment", { text: "longer, please" });
await client.feedbackOn([asset], "pick");
await client.undoFeedback();
await client.enhance(id, { operations: [{ name: "upscale", scale: 2 }], asset });
await client.createGeneration({ brief: "a coat", n: 2 });
await client.createGeneration({ brief: "3 coats", just_words: ["count"], part_edits: {}, added_words: "", best_of: 2 });
const recipe = { operations: [{ name: "detail", amount: 0.4 }] };
await client.estimateEnhancement([asset], recipe);
await client.enhanceBatch([asset], recipe);
await client.listEnhancements({ status: "queued", asset });
await client.previewRecipes(asset, [recipe], { spot: { x: 0.5, y: 0.5 } });
await client.listOperations();
await client.listEnhancementModels();
await client.createPreset({ name: "For the shop", ...recipe });
await client.listPresets();
await client.compareVersions(asset, asset);
await client.listVersions(asset);
await client.useVersion(asset);
console.log(JSON.stringify(said));
process.exit(0);
"""


def test_its_types_know_every_field_of_a_wish():
    types = (ROOT / "sdk/javascript/index.d.ts").read_text()
    wish = types.partition("export interface GenerationWish {")[2].partition("\n}")[0]
    assert set(re.findall(r"^  (\w+)\??:", wish, re.M)) == set(GenerationRequest().fields)


def test_every_call_of_the_client_is_taken_by_the_api(client_of):
    client = client_of("editor")
    done = made(client)
    code = TAKE_DOWN % (ROOT / "sdk/javascript/src/index.js").as_uri()
    words = [NODE, "--input-type=module", "-e", code, "--", done["id"], done["assets"][0]["id"]]
    calls = json.loads(subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout)
    assert len(calls) == 19
    for call in calls:
        body = "" if call["body"] is None else json.dumps(call["body"])
        answer = client.generic(call["method"], call["path"], body, content_type="application/json")
        assert answer.status_code in (200, 201, 202), (call, answer.content)
