const anywhere = "http://same.invalid";

/** The page to go on to after signing in: only a path of this site, otherwise Home. */
export function safeNextPath(next: string | null | undefined): string {
  if (!next?.startsWith("/") || !URL.canParse(next, anywhere)) {
    return "/";
  }
  const url = new URL(next, anywhere);
  const path = url.pathname + url.search + url.hash;
  // Dot segments may leave a path that starts with two slashes, which a browser reads as another host.
  const isPage =
    url.origin === anywhere && !/^[/\\]{2}/.test(path) && !/^\/(sign-in|register|api|v1)(\/|\?|#|$)/.test(path);
  return isPage ? path : "/";
}

/** The address of the sign-in or registration page that leads on to `next`. */
export function withNext(page: "/sign-in" | "/register", next: string | null | undefined): string {
  const path = safeNextPath(next);
  return path === "/" ? page : `${page}?next=${encodeURIComponent(path)}`;
}
