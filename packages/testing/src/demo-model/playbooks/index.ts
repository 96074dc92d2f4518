/** All playbooks, the more special ones first. */
import type { Playbook } from "../playbook.ts";
import { bugfix } from "./bugfix.ts";
import { control } from "./control.ts";
import { execute } from "./execute.ts";
import { feature } from "./feature.ts";
import { generic } from "./generic.ts";
import { importRepository } from "./import.ts";
import { resolve } from "./resolve.ts";
import { testSimple } from "./test-simple.ts";

export const playbooks: readonly Playbook[] = [
  ...control,
  ...feature,
  ...bugfix,
  ...execute,
  ...resolve,
  ...importRepository,
  ...testSimple,
  ...generic,
];
