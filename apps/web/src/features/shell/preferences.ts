/** What a person chose about the look and put out of sight; kept in cookies so that the server renders it without a flash. */
export type Density = "comfortable" | "compact";

export const DENSITY_COOKIE = "djinn_density";
export const SIDEBAR_COOKIE = "djinn_sidebar";
export const DEMO_NOTICE_COOKIE = "djinn_demo_notice";
export const FIRST_STEPS_COOKIE = "djinn_first_steps";
export const HIDDEN = "hidden";

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

/** Puts the notice about the demo model away until the browser is closed. Browser only. */
export function hideDemoNotice(): void {
  remember(DEMO_NOTICE_COOKIE, HIDDEN, "session");
}

/** Puts the first steps away. Browser only. */
export function hideFirstSteps(): void {
  remember(FIRST_STEPS_COOKIE, HIDDEN);
}

function remember(name: string, value: string, howLong: "year" | "session" = "year"): void {
  const age = howLong === "year" ? `; max-age=${YEAR_SECONDS}` : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store API is missing on plain http
  document.cookie = `${name}=${value}; path=/${age}; samesite=lax`;
}
