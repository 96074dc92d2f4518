import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { AppProviders } from "@/features/shell/app-providers.tsx";
import { DENSITY_COOKIE, readDensity } from "@/features/shell/preferences.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "DjinnBot", template: "%s · DjinnBot" },
  description: "A team of AI agents that work on your repositories.",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fafafa" },
    { media: "(prefers-color-scheme: dark)", color: "#101012" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  const density = readDensity((await cookies()).get(DENSITY_COOKIE)?.value);
  return (
    // next-themes sets the class before hydration, which React must not undo.
    <html lang="en" data-density={density} suppressHydrationWarning>
      <body>
        <AppProviders nonce={nonce}>{children}</AppProviders>
      </body>
    </html>
  );
}
