"use client";
import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

type Change = Record<string, string | null>;

/**
 * The parameters of the address and a way to change some of them (null removes). `push` makes a step that the back button
 * undoes; filters that change while typing leave it out.
 */
export function useUrlParams(): [URLSearchParams, (change: Change, options?: { push?: boolean }) => void] {
  const params = useSearchParams();
  const change = useCallback((values: Change, { push = false } = {}) => {
    // The address itself is asked: two changes may come within one rendering. The browser's own history is used, so that
    // a dialog or a tab does not wait for the server.
    const next = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(values)) {
      if (value === null || value === "") {
        next.delete(name);
      } else {
        next.set(name, value);
      }
    }
    const query = next.toString();
    const address = query === "" ? window.location.pathname : `?${query}`;
    window.history[push ? "pushState" : "replaceState"](null, "", address);
  }, []);
  return [params, change];
}
