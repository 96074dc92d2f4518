"use client";
import { Button, Page, PageHeader } from "@djinnbot/ui";
import { CopyPlus, Plus } from "lucide-react";
import { useUrlParams } from "../form/url-param.ts";
import { useLiveRefresh } from "../home/live-refresh.ts";
import { useShortcut } from "../shell/shortcuts.ts";
import { AgentList } from "./agent-list.tsx";
import { CatalogueDialog } from "./catalogue-dialog.tsx";
import { CreateAgentDialog } from "./create-agent-dialog.tsx";

/** Who is in the team, and what are they doing? */
export function AgentsPage() {
  useLiveRefresh();
  const [params, change] = useUrlParams();
  const dialog = params.get("dialog");
  const open = (name: string) => change({ dialog: name }, { push: true });
  const close = () => change({ dialog: null, pick: null });
  useShortcut({ keys: "c", label: "New agent", group: "Agents", run: () => open("new") });
  return (
    <Page>
      <PageHeader
        title="Agents"
        description="Colleagues with a character, a model and tools. Pipelines call them by their short name."
        actions={
          <>
            <Button icon={<Plus aria-hidden />} onClick={() => open("new")}>
              New agent
            </Button>
            <Button variant="primary" icon={<CopyPlus aria-hidden />} onClick={() => open("clone")}>
              Clone from the catalogue
            </Button>
          </>
        }
      />
      <AgentList onClone={() => open("clone")} />
      <CatalogueDialog open={dialog === "clone"} onClose={close} pick={params.get("pick")} />
      <CreateAgentDialog open={dialog === "new"} onClose={close} />
    </Page>
  );
}
