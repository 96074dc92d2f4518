import { expect, test } from "vitest";
import { sandboxRemedy } from "./bubblewrap.ts";

const clone = "/proc/sys/kernel/unprivileged_userns_clone";
const most = "/proc/sys/user/max_user_namespaces";
const appArmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

test.each([
  ["the switch of Debian is off", { [clone]: "0", [most]: "1000" }, "kernel.unprivileged_userns_clone=1"],
  ["none may be made", { [most]: "0" }, "user.max_user_namespaces"],
  ["AppArmor forbids them", { [clone]: "1", [most]: "1000", [appArmor]: "1" }, "AppArmor"],
  ["no setting forbids them", { [most]: "1000" }, "container or chroot"],
])("the remedy when %s", (_when, settings: Record<string, string>, says) => {
  const remedy = sandboxRemedy({ asRoot: false, read: (file) => settings[file] ?? null });
  expect(remedy).toContain(says);
  const named = remedy.match(/\w+\.\w+(?==)/)?.[0].replace(".", "/");
  if (named) expect(Object.keys(settings)).toContain(`/proc/sys/${named}`);
});
