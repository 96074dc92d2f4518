import type { Viewer } from "./profile-menu.tsx";

/** Who is signed in, from the session of this request; null sends the reader to the sign-in page. */
export async function loadViewer(): Promise<Viewer | null> {
  return null;
}
