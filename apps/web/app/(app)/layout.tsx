import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { loadViewer } from "@/features/shell/load-viewer.ts";
import { SIDEBAR_COOKIE } from "@/features/shell/preferences.ts";
import { SignedInShell } from "@/features/shell/signed-in-shell.tsx";

export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const viewer = await loadViewer();
  if (viewer === null) {
    redirect("/sign-in");
  }
  const collapsed = (await cookies()).get(SIDEBAR_COOKIE)?.value === "icons";
  return (
    <SignedInShell viewer={viewer} collapsed={collapsed}>
      {children}
    </SignedInShell>
  );
}
