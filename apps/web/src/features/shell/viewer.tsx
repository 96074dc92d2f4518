"use client";
import type { Scope } from "@djinnbot/contracts";
import { createContext, type ReactNode, useContext } from "react";

/** Who reads the page, and what they may do. */
export type Viewer = { tenantName: string; name: string; email: string; scopes: readonly Scope[] };

const Context = createContext<Viewer | null>(null);

export function ViewerProvider({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
  return <Context.Provider value={viewer}>{children}</Context.Provider>;
}

/** Whether the viewer has a right, so that a page offers only what the server will accept. */
export function useMay(scope: Scope): boolean {
  return useContext(Context)?.scopes.includes(scope) ?? false;
}
