import { Button, EmptyState, Page } from "@djinnbot/ui";
import { Compass } from "lucide-react";
import Link from "next/link";

/** What stands at an address that leads nowhere. */
export function NothingHere() {
  return (
    <Page>
      <EmptyState
        as="h1"
        icon={<Compass aria-hidden />}
        title="There is nothing at this address"
        action={
          <Button asChild variant="primary">
            <Link href="/">Go to Home</Link>
          </Button>
        }
      >
        The page was moved or deleted, or it belongs to another team.
      </EmptyState>
    </Page>
  );
}
