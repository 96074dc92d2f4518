"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useCallback } from "react";

/** The query of the address as state: shareable, and it survives reload and back. */
export function useUrlState() {
  const params = useSearchParams();
  const path = usePathname();
  const router = useRouter();
  /** Sets what is given and removes what is null or empty; `push` makes a step in the history. */
  const set = useCallback(
    (changes: Readonly<Record<string, string | null>>, options: { push?: boolean } = {}) => {
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === "") {
          next.delete(name);
        } else {
          next.set(name, value);
        }
      }
      const query = next.toString();
      const address = query === "" ? path : `${path}?${query}`;
      if (options.push) {
        router.push(address, { scroll: false });
      } else {
        // Read by useSearchParams at once, without asking the server for the page again.
        window.history.replaceState(null, "", address);
      }
    },
    [path, router],
  );
  return { get: (name: string) => params.get(name), set };
}
