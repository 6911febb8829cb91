// A photo and a brief become pictures in a folder, each in its larger version:
//   node lookbook.js swatch.jpg "a midi wrap dress" looks
import { mkdir } from "node:fs/promises";
import { DesignerBFFClient, DesignerBFFError } from "designer-bff";

const [photo, brief, folder = "looks"] = process.argv.slice(2);
if (!photo || !brief) {
  console.error("usage: node lookbook.js PHOTO BRIEF [FOLDER]");
  process.exit(2);
}
const client = new DesignerBFFClient();

async function enlarged(asset) {
  const { id } = await client.enhance(asset.id, { operations: [{ name: "upscale", scale: 2 }] });
  const { result, error } = await client.finishedEnhancement(id);
  if (!result) throw new DesignerBFFError(error.message, error);
  return client.download(result.id, { format: "png" }, { to: `${folder}/${asset.id}.png` });
}

try {
  await mkdir(folder, { recursive: true });
  const reference = await client.upload(photo);
  const asked = await client.generate({ brief, references: [reference.id], n: 2 });
  const made = await client.finishedGeneration(asked.id, { show: ({ data }) => console.error(data?.percent ?? "", data?.stage ?? "") });
  for (const path of await Promise.all(made.assets.map(enlarged))) console.log(path);
} catch (error) {
  if (!(error instanceof DesignerBFFError)) throw error;
  console.error(`${error.message} ${error.remedy}`);
  process.exitCode = 1;
}
