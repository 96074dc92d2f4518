"use client";
import { useEffect, useRef, useState } from "react";

type Selecting = Pick<Selection, "isCollapsed" | "containsNode">;

/** Whether any of the element is selected. */
export function isSelectedIn(selection: Selecting | null, element: Node | null): boolean {
  return selection !== null && element !== null && !selection.isCollapsed && selection.containsNode(element, true);
}

/**
 * A growing text that stands still while the reader selects in its element: each change of a text node would empty the
 * selection. What came meanwhile is shown when the selection is gone.
 */
export function useHeld(text: string, growing: boolean) {
  const ref = useRef<HTMLDivElement>(null);
  const kept = useRef(text);
  const [held, setHeld] = useState(false);
  const watching = growing || held;
  useEffect(() => {
    if (!watching) {
      return;
    }
    let pressed = false;
    const look = () => setHeld(pressed || isSelectedIn(document.getSelection(), ref.current));
    const onPress = (event: PointerEvent) => {
      pressed = event.target instanceof Node && ref.current?.contains(event.target) === true;
      look();
    };
    const onRelease = () => {
      pressed = false;
      look();
    };
    const listening = new AbortController();
    const { signal } = listening;
    document.addEventListener("selectionchange", look, { signal });
    document.addEventListener("pointerdown", onPress, { signal });
    document.addEventListener("pointerup", onRelease, { signal });
    document.addEventListener("pointercancel", onRelease, { signal });
    return () => listening.abort();
  }, [watching]);
  if (!held) {
    kept.current = text;
  }
  const shown = held ? kept.current : text;
  return { ref, text: shown, held, behind: shown !== text };
}
