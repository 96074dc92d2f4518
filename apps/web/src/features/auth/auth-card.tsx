import { Card } from "@djinnbot/ui";
import { Sparkles } from "lucide-react";
import type { ReactNode } from "react";

type AuthCardProps = { title: string; children: ReactNode; footer: ReactNode };

/** The one card of the pages before the sign-in: what this is in one line, the form, the way to the other page. */
export function AuthCard({ title, children, footer }: AuthCardProps) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-5">
          <p className="flex items-center gap-2 text-base font-semibold">
            <span className="inline-flex size-7 items-center justify-center rounded-md bg-accent text-accent-fg">
              <Sparkles aria-hidden className="size-4" />
            </span>
            DjinnBot
          </p>
          <p className="mt-2 text-sm text-muted">
            A team of AI agents that plan, build, review and test on your repositories.
          </p>
        </div>
        <Card className="gap-4 p-5">
          <h1 className="text-lg font-semibold">{title}</h1>
          {children}
        </Card>
        <p className="mt-4 text-center text-sm text-muted">{footer}</p>
      </div>
    </main>
  );
}
