/** All playbooks, the more special ones first. */
import type { Playbook } from "../playbook.ts";
import { bugfix } from "./bugfix.ts";
import { control } from "./control.ts";
import { engineering } from "./engineering.ts";
import { execute } from "./execute.ts";
import { feature } from "./feature.ts";
import { generic } from "./generic.ts";
import { importRepository } from "./import.ts";
import { planning } from "./planning.ts";
import { resolve } from "./resolve.ts";
import { swarm } from "./swarm.ts";
import { testSandbox } from "./test-sandbox.ts";
import { testSimple } from "./test-simple.ts";

export const playbooks: readonly Playbook[] = [
  ...control,
  ...feature,
  ...bugfix,
  ...engineering,
  ...swarm,
  ...execute,
  ...resolve,
  ...importRepository,
  ...planning,
  ...testSandbox,
  ...testSimple,
  ...generic,
];
