import { loadViewer } from "@/features/shell/load-viewer.ts";
import { NothingHere } from "@/features/shell/nothing-here.tsx";
import { SignedInFrame } from "@/features/shell/signed-in-frame.tsx";

/** Addresses that no page has; who is signed in keeps the way around. */
export default async function NotFound() {
  const viewer = await loadViewer();
  if (viewer === null) {
    return (
      <main>
        <NothingHere />
      </main>
    );
  }
  return (
    <SignedInFrame viewer={viewer}>
      <NothingHere />
    </SignedInFrame>
  );
}
