"use client";
import { DemoModelBanner, NoSandboxBanner, TextLink } from "@djinnbot/ui";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { runsOnDemo } from "../settings/models.ts";
import { hideDemoNotice } from "../shell/preferences.ts";
import { useMay } from "../shell/viewer.tsx";

export type Notices = { demo: boolean | "hidden"; noSandbox: boolean };

/**
 * What other pages fetch is heard, nothing is asked for: an answer that comes before the page below has hydrated would
 * make it differ from what the server rendered.
 */
const onlyListen = { enabled: false };
const providersPath = "/settings/providers";

/** Notices about the whole installation, above every page; `initial` is what the server knew when it made the page. */
export function InstallationBanners({ initial }: { initial: Notices }) {
  const status = trpc.system.status.useQuery({}, onlyListen);
  const noSandbox = status.data ? status.data.workload.sandbox === "none" : initial.noSandbox;
  return (
    <>
      {noSandbox ? <NoSandboxBanner /> : null}
      {initial.demo === "hidden" ? null : (
        <DemoNotice initial={initial.demo} mayBeDemo={status.data?.demoModel ?? initial.demo} />
      )}
    </>
  );
}

/** Not on the page it leads to, and away for the session once dismissed. */
function DemoNotice({ initial, mayBeDemo }: { initial: boolean; mayBeDemo: boolean }) {
  const [dismissed, setDismissed] = useState(false);
  const path = usePathname();
  const maySetUp = useMay("settings:write");
  const providers = trpc.settings.providers.useQuery({}, onlyListen);
  const settings = trpc.settings.get.useQuery({}, onlyListen);
  const isDemo = mayBeDemo && (providers.data && settings.data ? runsOnDemo(settings.data, providers.data) : initial);
  if (!isDemo || dismissed || path === providersPath) {
    return null;
  }
  const dismiss = () => {
    hideDemoNotice();
    setDismissed(true);
  };
  return (
    <DemoModelBanner
      onDismiss={dismiss}
      {...(maySetUp ? { action: <TextLink href={providersPath}>Set up a model</TextLink> } : {})}
    />
  );
}
