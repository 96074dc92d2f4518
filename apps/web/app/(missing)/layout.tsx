import type { ReactNode } from "react";
import { loadViewer } from "@/features/shell/load-viewer.ts";
import { SignedInFrame } from "@/features/shell/signed-in-frame.tsx";

/** Around addresses that no page has: who is signed in keeps the way around. */
export default async function MissingLayout({ children }: { children: ReactNode }) {
  const viewer = await loadViewer();
  return viewer === null ? <main>{children}</main> : <SignedInFrame viewer={viewer}>{children}</SignedInFrame>;
}
