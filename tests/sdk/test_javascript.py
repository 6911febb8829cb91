"""The JavaScript client and the API description say the same; what is published is whole, small and rightly typed."""

import gzip
import json
import subprocess
import tarfile
from pathlib import Path

import pytest

from designer.realtime import asyncapi
from tests.node import NODE, NPM, needs_node, needs_npm
from tests.sdk.contract import OPERATIONS, Operation, camel, understood
from tests.stack import ROOT

SDK = ROOT / "sdk" / "javascript"
TOOLS = SDK / "node_modules" / ".bin"
MOST = 8000  # bytes, zipped, as a bundler of today delivers it
TAKE_DOWN = """
import { DesignerBFFClient, etagOf } from "%s";
const said = [];
const fetch = async (url, { method, headers }) => {
  said.push([method, new URL(url).pathname, "Idempotency-Key" in headers, headers["If-Match"] ?? null]);
  return new Response('{"results": []}', { status: 200 });
};
const client = new DesignerBFFClient({ url: "http://studio.example", token: "t", fetch });
const files = { upload: new Blob(["x"]), importRows: new Blob(["x"]), importPortfolio: [new Blob(["x"])] };
for (const [name, ids, wishes, options] of JSON.parse(process.argv[1])) {
  const found = client[name](...(name in files ? [files[name]] : []), ...ids, ...(wishes ? [{}] : []), options);
  await (found.all ? found.all() : found);
}
console.log(JSON.stringify(said));
"""
TALK = """
import { DesignerBFFClient } from "%s";
const said = [];
let line;
class Line {
  readyState = 1;
  constructor() { line = this; }
  send(text) { said.push(JSON.parse(text)); }
  close() {}
}
const client = new DesignerBFFClient({ url: "http://studio.example", token: "t", WebSocket: Line });
const hear = (message) => line.onmessage({ data: JSON.stringify({ channel: "team:1", ...message }) });
client.watch("system", () => {});
const stop = client.watch("team:1", () => {});
line.onopen();
hear({ type: "subscribed", seq: 3, head: 3, epoch: "e", snapshot: {} });
for (const show of ["presence", "cursor", "react"]) client[show]("team:1", { x: 1 });
hear({ type: "event", event: "news", seq: 5 });
setTimeout(() => { stop(); console.log(JSON.stringify(said)); process.exit(); }, 1600);
"""


def words(operation: Operation) -> list[object]:
    """A call of the operation's method: its name, ids for its path, whether it takes a wish, options."""
    ids = [f"the {argument}" for argument in operation.places.values()]
    options = {"ifMatch": '"1"'} if operation.by_version else {}
    return [camel(operation.method), ids, bool(operation.body or operation.query), options]


@needs_node
def test_every_operation_of_the_api_is_reached_by_a_method_of_its_name():
    code = TAKE_DOWN % (SDK / "src" / "index.js").as_uri()
    asked = json.dumps([words(each) for each in OPERATIONS])
    command = [NODE, "--input-type=module", "-e", code, "--", asked]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    wanted = []
    for each in OPERATIONS:
        path = "/api" + each.path
        for name, argument in each.places.items():
            path = path.replace("{" + name + "}", f"the%20{argument}")
        wanted.append([each.verb, path, each.verb == "POST", '"1"' if each.by_version else None])
    assert json.loads(ran.stdout) == wanted


@needs_node
def test_the_client_says_nothing_that_the_socket_does_not_understand():
    code = TALK % (SDK / "src" / "index.js").as_uri()
    ran = subprocess.run([NODE, "--input-type=module", "-e", code], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    understood(said)
    assert {each["type"] for each in said} == set(asyncapi.SAID)


def test_every_call_has_its_type():
    types = (SDK / "calls.d.ts").read_text().partition("export interface Calls {")[2]
    assert [each.method for each in OPERATIONS if f"\n  {camel(each.method)}(" not in types] == []


@pytest.mark.skipif(not (NODE and (TOOLS / "tsc").exists()), reason="TypeScript is not installed: npm ci there first")
def test_its_types_take_what_is_right_and_refuse_what_is_wrong():
    ran = subprocess.run([TOOLS / "tsc", "--project", "test"], cwd=SDK, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.skipif(not (NODE and (TOOLS / "esbuild").exists()), reason="esbuild is not installed: npm ci there first")
def test_it_is_under_8_kb_for_a_browser(tmp_path: Path):
    plain = ["--bundle", "--minify", "--format=esm", "--platform=browser", f"--outfile={tmp_path / 'sdk.js'}"]
    subprocess.run([TOOLS / "esbuild", "src/index.js", *plain], cwd=SDK, capture_output=True, check=True, timeout=60)
    assert len(gzip.compress((tmp_path / "sdk.js").read_bytes())) < MOST
    made = (tmp_path / "sdk.js").as_uri()
    code = f"""
        import {{ DesignerBFFClient, NetworkError }} from '{made}';
        const client = new DesignerBFFClient({{ url: "http://studio.example", fetch: async () => new Response("x") }});
        const code = (work) => work.catch((error) => error.code);
        const path = "dress.png";
        const [up, down] = [client.upload(path), client.download("1", {{}}, {{ to: path }})];
        console.log(new NetworkError().name, await code(up), await code(down));
    """
    ran = subprocess.run([NODE, "--input-type=module", "-e", code], capture_output=True, text=True, timeout=30)
    assert ran.stdout == "NetworkError no_disk no_disk\n", ran.stderr


@needs_npm
def test_the_package_holds_what_it_needs_and_nothing_else(tmp_path: Path):
    told = subprocess.run(
        [NPM, "pack", "--json", f"--pack-destination={tmp_path}"],
        cwd=SDK,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    (packed,) = json.loads(told.stdout)
    held = {each["path"] for each in packed["files"]}
    programs = {str(path.relative_to(SDK)) for folder in ("src", "examples") for path in (SDK / folder).glob("*.js")}
    types = {"index.d.ts", "calls.d.ts", "events.d.ts"}
    assert held == programs | types | {"package.json", "README.md"}
    with tarfile.open(tmp_path / packed["filename"]) as file:
        file.extractall(tmp_path / "node_modules", filter="data")
    (tmp_path / "node_modules" / "package").rename(tmp_path / "node_modules" / "designer-bff")
    code = 'import { DesignerBFFClient } from "designer-bff"; console.log(DesignerBFFClient.name)'
    ran = subprocess.run(
        [NODE, "--input-type=module", "-e", code], cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert ran.stdout == "DesignerBFFClient\n", ran.stderr


def test_it_depends_on_nothing_and_every_type_it_names_is_published():
    package = json.loads((SDK / "package.json").read_text())
    assert "dependencies" not in package and (SDK / package["types"]).is_file() and (SDK / package["main"]).is_file()
