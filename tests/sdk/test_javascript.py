"""What the JavaScript client sends, taken down as it leaves, is what the real API takes."""

import json
import shutil
import subprocess

import pytest

from designer.env import ROOT
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
  said.push({ path: new URL(url).pathname, method, body: JSON.parse(body) });
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
console.log(JSON.stringify(said));
process.exit(0);
"""


def test_every_call_of_the_client_is_taken_by_the_api(client_of):
    client = client_of("editor")
    done = made(client)
    code = TAKE_DOWN % (ROOT / "sdk/javascript/src/index.js").as_uri()
    words = [NODE, "--input-type=module", "-e", code, "--", done["id"], done["assets"][0]["id"]]
    calls = json.loads(subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout)
    assert len(calls) == 7
    for call in calls:
        answer = client.generic(call["method"], call["path"], json.dumps(call["body"]), content_type="application/json")
        assert answer.status_code in (200, 201, 202), (call, answer.content)
