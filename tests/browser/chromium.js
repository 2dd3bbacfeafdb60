// Launches Debian's Chromium, for tests and screenshots.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { chromium } from "playwright-core";

const CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"];
const EXECUTABLE_NAMES = ["chromium", "chromium-browser", "google-chrome"];

export function launch() {
  return chromium.launch({ executablePath: findExecutable(), args: CHROMIUM_ARGS });
}

function findExecutable() {
  for (const folder of process.env.PATH.split(delimiter)) {
    for (const name of EXECUTABLE_NAMES) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error("no Chromium on the PATH");
}

/** Collects dialogs, errors and policy violations in `page.pageErrors`. */
export async function recordPageErrors(page) {
  page.pageErrors = [];
  page.on("dialog", (dialog) => {
    page.pageErrors.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("pageerror", (error) => page.pageErrors.push(`error: ${error.message}`));
  page.on("console", (line) => {
    if (/content security policy|trusted|message handler threw/i.test(line.text())) page.pageErrors.push(line.text());
  });
  await page.exposeFunction("reportViolation", (text) => page.pageErrors.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.reportViolation(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return page;
}
