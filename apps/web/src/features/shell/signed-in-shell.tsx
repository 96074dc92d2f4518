"use client";
import { signOut } from "next-auth/react";
import type { ReactNode } from "react";
import { AppShell } from "./app-shell.tsx";
import type { Viewer } from "./profile-menu.tsx";

type SignedInShellProps = { viewer: Viewer; collapsed: boolean; banners?: ReactNode; children: ReactNode };

/** The shell, with the way out of the browser's session. */
export function SignedInShell(props: SignedInShellProps) {
  return <AppShell {...props} onSignOut={() => void signOut({ callbackUrl: "/sign-in" })} />;
}
