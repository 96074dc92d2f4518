// Runs runtime.cjs with the code that V8 compiled when it was built, which saves a third of the start and of the first step. A cache
// that another version of Node wrote is refused by V8, and costs nothing but that. `--compile` writes it when the program ends.
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
  // Functions that ran until now are in it.
  process.on("exit", () => {
    writeFileSync(`${cache}.new`, script.createCachedData());
    renameSync(`${cache}.new`, cache);
  });
}
script.runInThisContext()(module.exports, require, module, file, __dirname);
