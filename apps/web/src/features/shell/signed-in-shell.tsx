"use client";
import { toast } from "@djinnbot/ui";
import { type ReactNode, useEffect } from "react";
import { TrpcProvider } from "@/trpc/provider.tsx";
import { onSignedOutElsewhere, renewSignIn, signOutHere } from "../auth/browser-sign-in.ts";
import { withNext } from "../auth/next-path.ts";
import { AppShell } from "./app-shell.tsx";
import { type Viewer, ViewerProvider } from "./viewer.tsx";

type SignedInShellProps = { viewer: Viewer; collapsed: boolean; banners?: ReactNode; children: ReactNode };

/** The shell, with the way out of the browser's session. */
export function SignedInShell(props: SignedInShellProps) {
  useEffect(renewSignIn, []);
  useEffect(() => onSignedOutElsewhere(leave), []);
  return (
    <TrpcProvider>
      <ViewerProvider viewer={props.viewer}>
        <AppShell
          {...props}
          onSignOut={() => void signOutHere().catch(() => toast.error("Signing out failed. Check your connection."))}
        />
      </ViewerProvider>
    </TrpcProvider>
  );
}

function leave(): void {
  window.location.assign(withNext("/sign-in", window.location.pathname + window.location.search));
}
