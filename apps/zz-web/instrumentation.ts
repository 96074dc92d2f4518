/** Next calls this once per process. */
export async function register(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: replaced by the bundler, so that nothing of Node's reaches other runtimes
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { start } = await import("./src/server/start.ts");
    await start();
  }
}
