// What a user of the types writes: `tsc` takes it, and refuses each line below an @ts-expect-error.
import { DesignerBFFClient, etagOf, RateLimitError, type Asset, type GenerateWish, type Pages } from "../index.js";

const client = new DesignerBFFClient({ url: "https://studio.example", token: "t", WebSocket: null });
const wish: GenerateWish = { brief: "a coat", n: 2, aspect_ratio: "3:4" };
const asked = await client.generate(wish, { idempotencyKey: "today", signal: AbortSignal.timeout(1000) });
const cost: string | null = asked.cost;
// @ts-expect-error the aspect ratio is one of a list
await client.generate({ brief: "a coat", aspect_ratio: "3:5" });
// @ts-expect-error no such field
await client.generate({ breif: "a coat" });

const rows: Pages<Asset> = client.assets({ kind: "generated", page_size: 100 });
for await (const { width, height } of rows) console.log(width * height, cost);
const few: Asset[] = await rows.all(3);
// @ts-expect-error a list is no promise of rows
few.push(await client.assets());

for await (const news of client.watchGeneration(asked.id)) {
  if (news.type === "event" && news.event === "generation:complete") console.log(news.data.assets.length, news.seq);
  // @ts-expect-error an iterator throws its errors
  if (news.type === "error") break;
}
const stop = client.watchGeneration(asked.id, (message) => {
  if (message.type === "error") console.log(message.error.remedy);
  // @ts-expect-error a tick has no number
  if (message.type === "tick") console.log(message.seq.toFixed());
});
stop();

const made = await client.finishedGeneration(asked.id, { show: (news) => console.log(news.type) });
const picture: Blob = await client.download(few[0]!.id, { format: "png" });
const path: string = await client.download(few[0]!.id, { format: "png" }, { to: "dress.png" });
await client.upload(picture, { team: made.team });
await client.upload(path);
await client.setTeamAvatar("1", { file: picture });

const persona = await client.createPersona({ name: "Coast" });
await client.changePersona(persona.id, { name: "Shore" }, { ifMatch: etagOf(persona) });
// @ts-expect-error a change says which version it means
await client.changePersona(persona.id, { name: "Shore" });
await client.deleteFeedback(asked.id, "like", { asset: few[0]!.id });

try {
  await client.me();
} catch (error) {
  if (error instanceof RateLimitError) console.log(error.retryAfter, error.errors[0]?.field);
}
