// In the place of disk.js in a browser.
import { InvalidRequestError } from "./errors.js";

export async function picked() { throw new InvalidRequestError("A path needs Node: in a browser give and take a Blob.", { code: "no_disk" }); }
export { picked as kept };
