"use client";
import { type CSSProperties, useCallback, useState } from "react";

/** Below the element, in px: the padding of the page. */
const BELOW = 24;

/**
 * The height that is left in the window below whatever stands above an element, as the variable `--fill`: notices above
 * the page come and go, so it cannot be known beforehand.
 */
export function useFillHeight() {
  const [top, setTop] = useState<number | null>(null);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) {
      return;
    }
    const measure = () => setTop(Math.round(element.getBoundingClientRect().top + window.scrollY));
    measure();
    const observer = new ResizeObserver(measure);
    for (const above of [document.body, element.previousElementSibling, document.getElementById("content")]) {
      if (above) {
        observer.observe(above);
      }
    }
    return () => observer.disconnect();
  }, []);
  const style = { "--fill": top === null ? "60dvh" : `calc(100dvh - ${top + BELOW}px)` } as CSSProperties;
  return { ref, style };
}
