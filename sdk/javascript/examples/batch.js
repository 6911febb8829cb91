// The rows of a sheet become pictures in a ZIP file; Ctrl-C cancels the batch in the studio:
//   node batch.js looks.csv 5.00
import { DesignerBFFClient } from "designer-bff";

const [sheet, budget] = process.argv.slice(2);
if (!sheet) {
  console.error("usage: node batch.js SHEET [BUDGET]");
  process.exit(2);
}
const client = new DesignerBFFClient();
const rows = await client.importRows(sheet);
const plan = { sheet: rows.id };
const { images, cost } = await client.estimateBatch({ plan });
console.error(`${images} images, ${cost.low} to ${cost.high} USD`);
const asked = await client.createBatch({ plan, title: sheet, budget });

process.once("SIGINT", async () => {
  await client.cancelBatch(asked.id);
  process.exitCode = 130;
});
const done = await client.finishedBatch(asked.id, { show: ({ data }) => console.error(`${data?.percent ?? 0} %`) });
if (done.status === "cancelled") console.error(`cancelled ${asked.id}`);
else console.log(await client.downloadBatch(asked.id, { to: `${asked.id}.zip` }));
