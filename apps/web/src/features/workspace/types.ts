import type { OutputOf, workspaces } from "@djinnbot/contracts";

export type WorkspaceStatus = OutputOf<typeof workspaces.status>;
