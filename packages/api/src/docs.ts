/** The reference page at /docs: Swagger UI from its npm package, over /openapi.json; nothing comes from elsewhere. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Fault } from "@djinnbot/contracts";

const files: Record<string, string> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>DjinnBot API</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
/** Tokens typed into the page stay in its memory. */
const script = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  tryItOutEnabled: true,
});
`;

/** Answers `/docs` and the files below it. Throws NOT_FOUND. */
export async function handleDocs(pathname: string): Promise<Response> {
  const name = pathname.replace(/^\/docs\/?/, "");
  if (name === "") {
    return file(page, "text/html; charset=utf-8");
  }
  if (name === "start.js") {
    return file(script, "text/javascript; charset=utf-8");
  }
  const type = Object.hasOwn(files, name) ? files[name] : undefined;
  if (type === undefined) {
    throw new Fault("NOT_FOUND", "Not found");
  }
  return file(await readFile(join(/*turbopackIgnore: true*/ packageDir(), name)), type);
}

function file(body: string | Uint8Array<ArrayBuffer>, type: string): Response {
  return new Response(body, {
    headers: {
      "content-type": type,
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "cache-control": "public, max-age=3600",
    },
  });
}

/** Looked up when needed, from the working directory up too: a bundler may have moved this file away from its packages. */
function packageDir(): string {
  for (const base of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return dirname(createRequire(base).resolve("swagger-ui-dist/package.json"));
    } catch {
      // Try the next base.
    }
  }
  throw new Fault("UNAVAILABLE", "The reference page is not installed here; see /openapi.json.");
}
