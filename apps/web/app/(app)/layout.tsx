import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { withNext } from "@/features/auth/next-path.ts";
import { InstallationBanners } from "@/features/home/installation-banners.tsx";
import { PaletteSearch } from "@/features/search/palette-search.tsx";
import { loadViewer } from "@/features/shell/load-viewer.ts";
import { SIDEBAR_COOKIE } from "@/features/shell/preferences.ts";
import { SignedInShell } from "@/features/shell/signed-in-shell.tsx";

export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const viewer = await loadViewer();
  if (viewer === null) {
    redirect(withNext("/sign-in", (await headers()).get("x-path")));
  }
  const collapsed = (await cookies()).get(SIDEBAR_COOKIE)?.value === "icons";
  return (
    <SignedInShell viewer={viewer} collapsed={collapsed} banners={<InstallationBanners />}>
      {children}
      <PaletteSearch />
    </SignedInShell>
  );
}
