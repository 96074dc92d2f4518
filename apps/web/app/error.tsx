"use client";
import { Page } from "@djinnbot/ui";
import { PageError } from "@/features/shell/page-error.tsx";

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main>
      <Page>
        <PageError error={error} onRetry={reset} />
      </Page>
    </main>
  );
}
