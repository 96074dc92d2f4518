"use client";
import { useSyncExternalStore } from "react";

const never = () => () => {};

/** False in what the server sends, and until it is alive here. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
