/** Verbs of the noun `auth`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { me } from "./me.ts";
import { refresh } from "./refresh.ts";
import { register, setup } from "./register.ts";
import { authStatus } from "./status.ts";
import { updateProfile } from "./update-profile.ts";

export const authVerbs: VerbsOf<Contracts["auth"]> = {
  status: authStatus,
  register,
  setup,
  login,
  refresh,
  logout,
  me,
  updateProfile,
};
