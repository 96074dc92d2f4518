"use client";
const rowSelector = "[data-row], tbody tr[tabindex]";
const patienceMs = 3000;
const pollMs = 50;

/**
 * Remembers which row of a list was opened and gives it the focus when the reader comes back, so that a list is walked with
 * the keyboard without starting over. Once, in the shell.
 */
export function watchRows(): () => void {
  const opened = new Map<string, string>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const remember = (event: MouseEvent | KeyboardEvent) => {
    const isOpening = event instanceof KeyboardEvent ? event.key === "Enter" : true;
    const row = event.target instanceof Element ? event.target.closest(rowSelector) : null;
    const href = row && addressOf(row);
    if (isOpening && href) {
      opened.set(window.location.pathname, href);
    }
  };
  const comeBack = () => {
    clearInterval(timer);
    const href = opened.get(window.location.pathname);
    if (href === undefined) {
      return;
    }
    const until = Date.now() + patienceMs;
    timer = setInterval(() => {
      const row = [...document.querySelectorAll<HTMLElement>(rowSelector)].find((each) => addressOf(each) === href);
      if (row?.checkVisibility() && isFocusFree()) {
        row.focus({ preventScroll: true });
      }
      if (row || Date.now() > until) {
        clearInterval(timer);
      }
    }, pollMs);
  };
  document.addEventListener("keydown", remember, true);
  document.addEventListener("click", remember, true);
  window.addEventListener("popstate", comeBack);
  return () => {
    clearInterval(timer);
    document.removeEventListener("keydown", remember, true);
    document.removeEventListener("click", remember, true);
    window.removeEventListener("popstate", comeBack);
  };
}

/** Where a row leads: it is a link, or has one. */
function addressOf(row: Element): string | null {
  const link = row.matches("a") ? row : row.querySelector("a[href]");
  return link?.getAttribute("href") ?? null;
}

function isFocusFree(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement.id === "content";
}
