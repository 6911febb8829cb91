// USD as the page writes it, by the rule of designer/catalogue/amounts.py, for amounts that the API tells with every
// digit: "0.039123" -> "0.039". By the digits, for a number of the browser's own is not the amount: 1.005 is less than it says.
const CENTS = 2; // decimals
const COUNTED = 2; // digits of an amount of less than ten cents

export function money(amount) {
  const [whole, fraction = ""] = amount.split(".");
  const first = Number(whole) ? -1 : fraction.search(/[1-9]/); // place of the first decimal that counts
  const kept = Math.max(CENTS, first + COUNTED);
  const up = fraction[kept] >= "5" ? 1n : 0n;
  const digits = String(BigInt(whole + fraction.slice(0, kept).padEnd(kept, "0")) + up).padStart(kept + 1, "0");
  return `${digits.slice(0, -kept)}.${digits.slice(-kept).replace(/0+$/, "").padEnd(CENTS, "0")}`;
}
