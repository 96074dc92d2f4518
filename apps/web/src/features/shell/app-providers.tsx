"use client";
import { LinkProvider, Toaster, TooltipProvider } from "@djinnbot/ui";
import Link from "next/link";
import { ThemeProvider, useTheme } from "next-themes";
import type { ReactNode } from "react";
import { z } from "zod";

// zod compiles parsers with `new Function` where it may; the page's security policy forbids that, so it should not try.
z.config({ jitless: true });

/** What every page needs around it, signed in or not: theme, links, tooltips, toasts. Data comes with the pages that have any. */
export function AppProviders({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange nonce={nonce}>
      <LinkProvider component={Link}>
        <TooltipProvider>{children}</TooltipProvider>
      </LinkProvider>
      <ThemedToaster />
    </ThemeProvider>
  );
}

function ThemedToaster() {
  const { resolvedTheme } = useTheme();
  return <Toaster theme={resolvedTheme === "dark" ? "dark" : "light"} />;
}
