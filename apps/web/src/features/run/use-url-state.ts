"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { useCallback } from "react";

/** The query of the address as state: shareable, and it survives reload and back. */
export function useUrlState() {
  const params = useSearchParams();
  const path = usePathname();
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
      if (query === new URLSearchParams(window.location.search).toString()) {
        return;
      }
      const address = query === "" ? path : `${path}?${query}`;
      // Read by useSearchParams at once, without asking the server for the page again.
      if (options.push) {
        window.history.pushState(null, "", address);
      } else {
        window.history.replaceState(null, "", address);
      }
    },
    [path],
  );
  return { get: (name: string) => params.get(name), set };
}
