import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { withNext } from "@/features/auth/next-path.ts";
import { loadViewer } from "@/features/shell/load-viewer.ts";
import { SignedInFrame } from "@/features/shell/signed-in-frame.tsx";

export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const viewer = await loadViewer();
  if (viewer === null) {
    redirect(withNext("/sign-in", (await headers()).get("x-path")));
  }
  return <SignedInFrame viewer={viewer}>{children}</SignedInFrame>;
}
