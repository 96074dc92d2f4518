import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { BudgetBanner } from "../budget/budget-banner.tsx";
import { InstallationBanners } from "../home/installation-banners.tsx";
import { loadNotices } from "../home/load-home.ts";
import { PaletteSearch } from "../search/palette-search.tsx";
import { SIDEBAR_COOKIE } from "./preferences.ts";
import { SignedInShell } from "./signed-in-shell.tsx";
import type { Viewer } from "./viewer.tsx";

/** The shell around a page as the server renders it: what it remembers and has to say stands there from the first paint. */
export async function SignedInFrame({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
  const collapsed = (await cookies()).get(SIDEBAR_COOKIE)?.value === "icons";
  return (
    <SignedInShell
      viewer={viewer}
      collapsed={collapsed}
      banners={
        <>
          <InstallationBanners initial={await loadNotices()} />
          <BudgetBanner />
        </>
      }
    >
      {children}
      <PaletteSearch />
    </SignedInShell>
  );
}
