/** What a person chose about the look; kept in cookies so that the server renders it without a flash. */
export type Density = "comfortable" | "compact";

export const DENSITY_COOKIE = "djinn_density";
export const SIDEBAR_COOKIE = "djinn_sidebar";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** The density a cookie names; comfortable for anything else. */
export function readDensity(value: string | undefined): Density {
  return value === "compact" ? "compact" : "comfortable";
}

/** Remembers the density and applies it to the page at once. Browser only. */
export function applyDensity(density: Density): void {
  document.documentElement.dataset.density = density;
  remember(DENSITY_COOKIE, density);
}

/** Remembers whether the sidebar shows icons only. Browser only. */
export function rememberSidebar(collapsed: boolean): void {
  remember(SIDEBAR_COOKIE, collapsed ? "icons" : "full");
}

function remember(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store API is missing on plain http
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}
