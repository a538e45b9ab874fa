import { defineConfig } from "@playwright/test";
import type { Options } from "./fixtures";

const port = Number(process.env.PORT ?? 4173);

export default defineConfig<Options>({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "results",
  workers: 2,
  fullyParallel: true,
  retries: 0,
  timeout: 60_000,
  globalTimeout: 1_800_000,
  forbidOnly: !!process.env.CI,
  reporter: "list",
  use: {
    baseURL: `http://127.0.0.1:${port}/some/sub-path/`,
    locale: "en-US",
    colorScheme: "light",
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.CHROMIUM || undefined,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "editor" },
    // Where the editor cannot be had.
    {
      name: "text boxes",
      testMatch: /(typing|keystroke|robustness|scenarios|links|embed)\.spec\.ts/,
      // What an example says does not hang on the box in which it comes to stand.
      grepInvert: /every scenario of the panel/,
      use: { editor: "blocked" },
    },
  ],
  webServer: {
    command: "node server.mjs",
    env: { PORT: String(port) },
    url: `http://127.0.0.1:${port}/some/sub-path/`,
    reuseExistingServer: false,
  },
});
