"use client";
import { AppLink, Button, DemoModelBanner, NoSandboxBanner } from "@djinnbot/ui";
import { trpc } from "@/trpc/client.ts";
import { runsOnDemo } from "../settings/models.ts";

/** Notices about the whole installation, above every page; while nothing is known they take no room. */
export function InstallationBanners() {
  const status = trpc.system.status.useQuery({}, { staleTime: 60_000 });
  const mayBeDemo = status.data?.demoModel === true;
  const providers = trpc.settings.providers.useQuery({}, { enabled: mayBeDemo });
  const settings = trpc.settings.get.useQuery({}, { enabled: mayBeDemo });
  const isDemo = mayBeDemo && providers.data && settings.data && runsOnDemo(settings.data, providers.data);
  return (
    <>
      {status.data?.workload.sandbox === "none" ? <NoSandboxBanner /> : null}
      {isDemo ? (
        <DemoModelBanner
          action={
            <Button asChild size="sm">
              <AppLink href="/settings/providers">Set up a model</AppLink>
            </Button>
          }
        />
      ) : null}
    </>
  );
}
