// Runs runtime.cjs with the code that V8 compiled when it was built, which saves a third of the start. A cache that another version of
// Node wrote is refused by V8, and costs nothing but that. `--compile` writes it.
const { existsSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const file = join(__dirname, "runtime.cjs");
const cache = join(__dirname, "runtime.cache");
const isCompiling = process.argv[2] === "--compile";
const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(file, "utf8")}\n})`;
const cachedData = !isCompiling && existsSync(cache) ? readFileSync(cache) : undefined;
const script = new Script(source, { filename: file, cachedData });
if (isCompiling) {
  // Without an environment the program ends right after all of its code was set up; functions that ran are in the cache.
  try {
    run();
  } catch (error) {
    if (error.name !== "EnvError") throw error;
  }
  writeFileSync(`${cache}.new`, script.createCachedData());
  renameSync(`${cache}.new`, cache);
} else {
  run();
}

function run() {
  script.runInThisContext()(module.exports, require, module, file, __dirname);
}
