"use client";
import { ErrorState } from "@djinnbot/ui";

/** What stands in the place of a page that could not be shown. */
export function PageError({ error, onRetry }: { error: Error & { digest?: string }; onRetry: () => void }) {
  return (
    <ErrorState
      title="This page could not be shown"
      why={error.message || "Something in it failed unexpectedly."}
      fix="Try again. If it stays, give the id below to whoever runs this installation."
      onRetry={onRetry}
      requestId={error.digest ?? null}
    />
  );
}
