/** What every backend promises about the inside of a workload: what is offered there, what is bounded, what is out of sight. */
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import { newId } from "@djinnbot/contracts";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { findByArgument } from "./process-table.ts";
import { type Backend, password, Stage } from "./testing/stage.ts";

export function describeSandbox(backend: Backend): void {
  describe.skipIf(backend.skip !== undefined)(`inside a workload: ${backend.label}`, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open(backend, inject("services").redisUrl);
    });
    afterEach(() => stage.clear());
    afterAll(() => stage.close());

    test("offers what an agent's work needs", async () => {
      const script = `set -ex; node -e 'console.log("node", process.version)'; git --version; bash --version | head -1
        git init -q -b main repo; cd repo; git config user.name a; git config user.email a@b.c
        echo 1 > a; git add a; git commit -qm one; git log --format=%s; echo x > "/tmp/x-$$"; rm "/tmp/x-$$"; echo y > "$HOME/y"`;
      const { spec, output, code } = await stage.runInside({ script });
      expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining(process.version) });
      expect(output).toMatch(/git version .*\nGNU bash.*\none\n/s);
      expect(await readFile(join(spec.home, "y"), "utf8")).toBe("y\n");
    });

    // Without a sandbox only control groups, which an ordinary user cannot make, count one workload's processes.
    const testBounds = backend.isSandboxed ? test : () => undefined;
    testBounds("bounds the number of processes", async () => {
      const script = `node -e '
        const { spawn } = require("child_process");
        let started = 0, refused = 0;
        for (let i = 0; i < 150; i++) {
          try { spawn("sleep", ["60"]).on("error", () => refused++).pid ? started++ : 0; } catch { refused++; }
        }
        setTimeout(() => { console.log(JSON.stringify({ started, refused })); process.exit(0); }, 500);'`;
      const { spec, output } = await stage.runInside({ script, limits: { pids: 64 } });
      const { started, refused } = JSON.parse(output.trim().split("\n").at(-1) ?? "{}");
      expect(started).toBeGreaterThan(5);
      expect(started).toBeLessThan(64);
      expect(refused).toBe(150 - started);
      await stage.workload.stop(spec.name, 0);
      expect(await stage.workload.list()).toEqual([]);
    });

    test("bounds memory", async () => {
      const script = `node -e '
        const kept = []; for (let i = 0; i < 250; i++) kept.push(Buffer.alloc(10 * 1024 * 1024, 1));
        console.log("took", kept.length);'; echo "code $?"`;
      const { output } = await stage.runInside({ script, limits: { memoryMb: 256 } });
      expect(output).not.toContain("took 250");
      expect(output).toMatch(/code [1-9]/);
    });

    const describeView = backend.isSandboxed ? describe : () => undefined;
    describeView("what an agent's shell sees", () => {
      test("can read and write its run's directories only", async () => {
        const tenantId = newId("tenant");
        const [otherRun, otherTenant] = [await stage.prepare({ tenantId }), await stage.prepare()];
        const secrets = [
          ...[join(stage.dataDir, "secrets.json"), join(otherRun.workdir, "note"), join(otherTenant.workdir, "note")],
          ...[join(otherTenant.home, "note"), join(tenantPaths(stage.dataDir, tenantId).root, "note")],
          join(tenantPaths(stage.dataDir, tenantId).run(otherRun.runId), "note"),
        ];
        await Promise.all(secrets.map((path) => writeFile(path, "planted", { mode: 0o666 })));
        const repository = join(import.meta.dirname, "../../../../package.json");
        const hidden = [
          ...secrets,
          repository,
          "/etc/shadow",
          "/etc/machine-id",
          "/var/run/docker.sock",
          "/root/.bashrc",
        ];
        const places = [
          "/",
          "/usr",
          "/etc",
          "/opt",
          "/opt/djinnbot",
          "/root",
          "/home",
          "/var",
          stage.dataDir,
          "/sys",
          "/proc/sys/kernel",
        ];
        const script = `
          for f in ${hidden.map((path) => `'${path}'`).join(" ")}; do [ -e "$f" ] && cat "$f" >/dev/null 2>&1 && echo "READ $f"; done
          for d in ${places.map((path) => `'${path}'`).join(" ")}; do (echo x > "$d/planted") 2>/dev/null && echo "WROTE $d"; done
          for d in /root /home /var/lib /srv /mnt '${stage.dataDir}'; do for f in "$d"/*; do [ -e "$f" ] && echo "LISTED $f"; done; done
          ls '${stage.dataDir}/tenants' '${tenantPaths(stage.dataDir, tenantId).runs}'
          cat "$(ls -d '${tenantPaths(stage.dataDir, tenantId).root}'/workspaces/*.git)/HEAD"
          (echo x > "$(ls -d '${tenantPaths(stage.dataDir, tenantId).root}'/workspaces/*.git)/planted") 2>/dev/null && echo "WROTE mirror"
          for f in core_pattern poweroff_cmd panic; do [ -w "/proc/sys/kernel/$f" ] && echo "WRITABLE $f"; done
          [ -w /proc/sysrq-trigger ] && echo "WRITABLE sysrq"; [ -w /proc/sys/vm/drop_caches ] && echo "WRITABLE drop_caches"
          echo x > own && echo x > "$HOME/own" && echo x > /tmp/own && echo done`;
        const { spec, output } = await stage.runInside({ script, tenantId });
        const listed = `LISTED ${join(stage.dataDir, "tenants")}`;
        const lines = output.split("\n").filter((line) => line !== "" && line !== listed);
        expect(lines.filter((line) => /^(READ|WROTE|LISTED)/.test(line))).toEqual([]);
        expect(lines).toContain(spec.runId);
        expect(output).not.toContain(otherRun.runId);
        expect(output).not.toContain(otherTenant.tenantId);
        expect(lines).toContain("ref: refs/heads/main");
        expect(lines.at(-1)).toBe("done");
      });

      test("finds no process and no secret but its own, and no privilege", async () => {
        const script = `
          echo "uid $(id -u)"; grep -E '^(CapEff|CapBnd|CapPrm|NoNewPrivs):' /proc/self/status
          echo "processes $(ls /proc | grep -cE '^[0-9]+$')"
          cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | sed 's/^/P /'
          env | sed 's/^/E /'; uname -n
          kill -9 ${process.pid} 2>/dev/null && echo killed
          unshare -Ur true 2>/dev/null && echo "made a namespace"
          mount -t tmpfs none /tmp 2>/dev/null && echo mounted
          exit 0`;
        const { spec, output } = await stage.runInside({ script });
        expect(output).toMatch(backend.hasOwnUser ? /^uid [1-9]\d+$/m : /^uid \d+$/m);
        expect(output).toMatch(/^CapEff:\t0{16}$/m);
        expect(output).toMatch(/^CapPrm:\t0{16}$/m);
        expect(output).toMatch(/^NoNewPrivs:\t1$/m);
        expect(Number(/^processes (\d+)$/m.exec(output)?.[1])).toBeLessThan(12);
        expect(output).toMatch(/^sandbox$/m);
        for (const secret of [
          password,
          spec.env.RUN_KEY,
          stage.settings.AUTH_SECRET_KEY,
          stage.redisUrl,
          "VITEST",
          "killed",
          "mounted",
          "made a namespace",
        ]) {
          expect(output).not.toContain(secret);
        }
        const own = ["PATH", "HOME", "PWD", "SHLVL", "_", "OLDPWD"];
        const names = [...output.matchAll(/^E (\w+)=/gm)].map(([, name]) => name ?? "");
        expect(names.filter((name) => !own.includes(name))).toEqual([]);
      });

      const testDoor = backend.hasNetwork ? () => undefined : test;
      testDoor(
        "has no network: neither the machine's addresses, nor its abstract sockets, nor a way outside",
        async () => {
          const { hostname, port } = new URL(stage.redisUrl);
          const abstract = createServer().listen(`\0djinnbot-${process.pid}`);
          const script = `node -e '
          const net = require("net");
          const at = [{ host: "${hostname}", port: ${port} }, { host: "localhost", port: ${port} },
            { host: "host.docker.internal", port: ${port} }, { path: "\\0djinnbot-${process.pid}" }];
          let left = at.length;
          for (const to of at) {
            const socket = net.connect(to, () => console.log("CONNECTED", JSON.stringify(to)));
            socket.on("error", () => undefined).on("close", () => --left || process.exit(0));
            setTimeout(() => socket.destroy(), 1000);
          }
          const lines = (name) => require("fs").readFileSync("/proc/net/" + name, "utf8").trim().split("\\n");
          console.log(lines("dev").slice(2).map((line) => line.trim().split(":")[0]).join(), lines("route").length);'`;
          const { output } = await stage.runInside({ script });
          abstract.close();
          expect(output).toBe("lo 1\n");
        },
      );

      test("cannot pretend to be another workload", async () => {
        const [victim, liar] = [await stage.prepare(), await stage.prepare({ files: { "probe.sh": "" } })];
        await stage.workload.ensure(victim);
        await stage.ready(victim);
        const [{ argv = [] } = {}] = await findByArgument(victim.name);
        const label = argv.find((arg) => arg.startsWith("--workload=")) ?? "none";
        await stage.workload.stop(victim.name, 0);
        await writeFile(join(liar.workdir, "probe.sh"), `setsid bash -c 'sleep 1000; :' '${label}' >/dev/null 2>&1 &`);
        await stage.workload.ensure(liar);
        await stage.ready(liar);
        expect(await stage.workload.inspect(victim.name)).toBeNull();
        expect((await stage.workload.list()).map(({ name }) => name)).toEqual([liar.name]);
      });
    });
  });
}
