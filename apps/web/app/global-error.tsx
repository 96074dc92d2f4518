"use client";
import { ErrorState } from "@djinnbot/ui";
import "./globals.css";

export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main className="mx-auto max-w-xl p-6">
          <ErrorState
            title="The app could not start"
            why={error.message}
            fix="Try again, or reload the page."
            onRetry={reset}
            requestId={error.digest ?? null}
          />
        </main>
      </body>
    </html>
  );
}
