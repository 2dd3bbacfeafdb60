/** What the pages use of npm's `uqr`: a QR code as rows of dark and light squares. */

export function encode(
  text: string,
  options?: { ecc?: "L" | "M" | "Q" | "H"; border?: number },
): { size: number; version: number; data: boolean[][] };
