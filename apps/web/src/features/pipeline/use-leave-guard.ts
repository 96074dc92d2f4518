"use client";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";

/**
 * Asks before a page with unsaved changes is left by a link or by closing the tab. `pending` is the address that waits
 * for the answer.
 */
export function useLeaveGuard(dirty: boolean) {
  const router = useRouter();
  const [pending, setPending] = useState<string | null>(null);
  useEffect(() => {
    if (!dirty) {
      return;
    }
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
      if (!(link instanceof HTMLAnchorElement) || !plain || link.target === "_blank" || link.hasAttribute("download")) {
        return;
      }
      const url = new URL(link.href);
      if (url.origin === window.location.origin && url.pathname !== window.location.pathname) {
        event.preventDefault();
        event.stopPropagation();
        setPending(url.pathname + url.search);
      }
    };
    window.addEventListener("beforeunload", onUnload);
    document.addEventListener("click", onClick, { capture: true });
    return () => {
      window.removeEventListener("beforeunload", onUnload);
      document.removeEventListener("click", onClick, { capture: true });
    };
  }, [dirty]);
  return {
    pending,
    stay: () => setPending(null),
    leave: () => {
      if (pending !== null) {
        router.push(pending);
      }
    },
  };
}
